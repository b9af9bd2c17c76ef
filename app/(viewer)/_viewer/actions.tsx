import { useTexts } from "../../_texts/provider";
import type { useDownload } from "../../_ui/use-download";
import {
  albumIcon,
  deleteIcon,
  downloadIcon,
  factsIcon,
  fullScreenIcon,
  heartIcon,
  keysIcon,
  pauseIcon,
  playIcon,
} from "./icons";
import type { useFullScreen } from "./use-full-screen";
import type { useSlideshow } from "./use-slideshow";

/** Something that one can do with the picture that is shown. */
export interface ViewerAction {
  name: string;
  /** its path */
  icon: string;
  label: string;
  /** Whether it is at hand also where there is little room; the others are in a menu there. */
  isFirst?: boolean;
  /** Whether it is on, for what is on or off. */
  isOn?: boolean;
  /** Instead of `run`. */
  link?: ReturnType<typeof useDownload>;
  run?(): void;
}

interface Doings {
  isFavourite: boolean;
  showsFacts: boolean;
  download: ReturnType<typeof useDownload> | null;
  slideshow: ReturnType<typeof useSlideshow>;
  fullScreen: ReturnType<typeof useFullScreen>;
  favour(): void;
  addToAlbum(): void;
  toggleFacts(): void;
  remove(): void;
  openKeys(): void;
}

/** All actions in their order. */
export function useActions(doings: Doings): ViewerAction[] {
  const texts = useTexts("viewer");
  const { slideshow, fullScreen, download } = doings;
  const isPlaying = slideshow.state === "playing";
  const all: (ViewerAction | null)[] = [
    {
      name: "favourite",
      icon: heartIcon,
      label: texts("favourite"),
      isFirst: true,
      isOn: doings.isFavourite,
      run: doings.favour,
    },
    { name: "album", icon: albumIcon, label: texts("addToAlbum"), isFirst: true, run: doings.addToAlbum },
    download && {
      name: "download",
      icon: downloadIcon,
      label: texts("download"),
      isFirst: true,
      link: download,
    },
    {
      name: "slideshow",
      icon: isPlaying ? pauseIcon : playIcon,
      label: isPlaying ? texts("pause") : texts("slideshow"),
      run: slideshow.toggle,
    },
    fullScreen && {
      name: "full-screen",
      icon: fullScreenIcon,
      isOn: fullScreen.isOn,
      label: texts("fullScreen"),
      run: fullScreen.toggle,
    },
    {
      name: "facts",
      icon: factsIcon,
      label: texts("facts"),
      isFirst: true,
      isOn: doings.showsFacts,
      run: doings.toggleFacts,
    },
    { name: "delete", icon: deleteIcon, label: texts("delete"), isFirst: true, run: doings.remove },
    { name: "keys", icon: keysIcon, label: texts("keys"), run: doings.openKeys },
  ];
  return all.filter((action) => action !== null);
}
