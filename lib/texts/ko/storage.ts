export const storage = {
  title: "저장소",
  checkAgain: "다시 점검",
  examining: "Pail이 버킷에서 해야 하는 일과 아무도 하면 안 되는 일을 하나씩 해 보고 있어요…",
  fatal: "이대로는 Pail을 쓸 수 없어요",
  warning: "고치는 게 좋아요",
  fine: "문제없어요",
} as const;
