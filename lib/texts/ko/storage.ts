export const storage = {
  title: "저장소",
  examineNow: "지금 점검",
  examinedAt: "마지막 점검은 {moment}에 했어요.",
  neverExamined: "아직 점검한 적이 없어요.",
  examining: "Pail에 필요한 작업은 되는지, 막혀 있어야 할 접근은 막혀 있는지 하나씩 확인하고 있어요…",
  fatal: "이대로는 Pail을 쓸 수 없어요",
  warning: "고치는 게 좋아요",
  fine: "문제없어요",
} as const;
