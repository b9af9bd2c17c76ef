export const frame = {
  description: "내 사진을 내 버킷에 보관해요.",
  colours: "화면 테마",
  theme: "{theme, select, light {밝게} dark {어둡게} other {시스템}}",
  language: "언어",
  undo: "되돌리기",
  dismiss: "닫기",
  rename: "이름 바꾸기",
  save: "저장",
  cancel: "취소",
  tryAgain: "다시 시도",
  pageFailed: "페이지를 열지 못했어요",
  pageFailedHint: "사진은 안전해요. 다시 시도해 보고, 계속 안 되면 서버 로그를 확인해 주세요.",
  pageFailedHintDigest:
    "사진은 안전해요. 다시 시도해 보고, 계속 안 되면 서버 로그에서 이 번호를 찾아보세요: {digest}",
  databaseAway: "지금은 데이터베이스에 연결할 수 없어요. 사진은 안전해요. 잠시 뒤에 다시 시도해 주세요.",
  nothingHere: "찾는 페이지가 없어요",
  nothingHereHint: "삭제됐거나 주소가 잘못됐을 수 있어요.",
  toPictures: "내 사진 보기",
  livesAt:
    "Pail의 주소는 <link>{origin}</link>이에요. 지금 이 주소에서는 로그인하거나 내용을 바꿀 수 없어요.",
} as const;
