export const gallery = {
  heading: "내 사진",
  list: "사진",
  older: "이전 사진 더 보기",
  newer: "이후 사진 더 보기",
  more: "사진 더 보기",
  olderFailed: "이전 사진을 불러오지 못했어요.",
  none: "아직 사진이 없어요",
  noneHint: "사진을 이 페이지에 끌어다 놓거나 붙여 넣어 보세요. 직접 선택해도 돼요.",
  deleted: "‘{title}’ 사진을 삭제했어요.",
  restored: "‘{title}’ 사진을 되돌렸어요.",
  datesRestored: "{count, plural, one {날짜를 되돌렸어요.} other {사진 #장의 날짜를 되돌렸어요.}}",
} as const;
