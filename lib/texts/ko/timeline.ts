export const timeline = {
  size: "사진 크기",
  small: "작은 사진",
  medium: "보통 사진",
  large: "큰 사진",
  order: "정렬",
  newest: "최신순",
  oldest: "오래된순",
  scrubber: "달로 이동",
} as const;
