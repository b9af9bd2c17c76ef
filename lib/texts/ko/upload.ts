export const upload = {
  title: "올리기",
  heading: "사진 올리기",
  duplicate: "이미 있는 사진이에요.",
  showIt: "사진 보기",
  picture: "사진",
  hint: "한 번에 한 장씩, {size}까지 올릴 수 있어요.",
  send: "올리기",
} as const;
