const iconPx = 128;

/** What an iPhone shows while Pail starts from its home screen, else white: the icon on the page's ground, of the screen's very size. */
export function addStartImage(): void {
  const icon = new Image();
  icon.onload = () => {
    const href = drawn(icon);
    if (href !== null)
      document.head.append(
        Object.assign(document.createElement("link"), { rel: "apple-touch-startup-image", href }),
      );
  };
  // Of this origin, wherever other assets are: of another, the canvas could not be read.
  icon.src = "/icon.svg";
}

function drawn(icon: HTMLImageElement): string | null {
  const { width, height } = window.screen;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  const pen = canvas.getContext("2d");
  if (pen === null) return null;
  pen.scale(devicePixelRatio, devicePixelRatio);
  pen.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
  pen.fillRect(0, 0, width, height);
  pen.drawImage(icon, (width - iconPx) / 2, (height - iconPx) / 2, iconPx, iconPx);
  return canvas.toDataURL();
}
