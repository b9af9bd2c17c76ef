export const upload = {
  title: "올리기",
  heading: "사진 올리기",
  duplicate: "이미 있는 사진이에요.",
  showIt: "사진 보기",
  picture: "사진",
  hint: "한 번에 한 장씩, {size}까지 올릴 수 있어요.",
  send: "올리기",
  needsScript:
    "이 Pail의 버킷에는 자바스크립트를 켜야 올릴 수 있어요. 자바스크립트를 켜고 사진 화면에서 추가해 주세요.",
} as const;
