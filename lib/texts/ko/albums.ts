export const albums = {
  title: "앨범",
  count: "사진 {count, number}장",
  close: "닫기",
  dropInto: "여기에 놓으면 ‘{name}’ 앨범에 담겨요",
  addTitle: "사진 {count, number}장을 앨범에 담기",
  adding: "담는 중, {total, number}장 중 {done, number}장",
  added: "사진 {count, number}장을 ‘{name}’ 앨범에 담았어요.",
  allThere: "이미 ‘{name}’ 앨범에 있어요.",
  removed:
    "{count, plural, =0 {앨범에 더는 없는 사진이에요.} other {사진 #장을 앨범에서 뺐어요. 사진은 그대로 있어요.}}",
  takenOut: "사진 {count, number}장을 앨범에서 다시 뺐어요.",
  takenBack: "사진 {count, number}장을 ‘{name}’ 앨범에 다시 담았어요.",
  deleted: "‘{name}’ 앨범을 삭제했어요. 사진은 그대로 있어요.",
  restored: "‘{name}’ 앨범을 되돌렸어요.",
} as const;
