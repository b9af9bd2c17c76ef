export const albums = {
  title: "앨범",
  count: "사진 {count, number}장",
  none: "아직 앨범이 없어요",
  noneHint: "폴더를 페이지에 끌어다 놓으면 앨범을 만들 수 있어요.",
  name: "이름",
  empty: "이 앨범에는 사진이 없어요.",
  delete: "앨범 삭제",
  deleted: "‘{name}’ 앨범을 삭제했어요. 사진은 그대로 있어요.",
  restored: "‘{name}’ 앨범을 되돌렸어요.",
  takenOut: "사진 {count, number}장을 앨범에서 다시 뺐어요.",
  takenBack: "사진 {count, number}장을 ‘{name}’ 앨범에 다시 담았어요.",
} as const;
