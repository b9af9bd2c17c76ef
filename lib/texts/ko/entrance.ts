export const entrance = {
  signIn: "로그인",
  signingIn: "로그인하는 중…",
  email: "이메일",
  password: "비밀번호",
  setUp: "처음 설정",
  makeAccount: "계정을 만들어 주세요",
  name: "이름",
  passwordHint: "8자 이상으로 정해 주세요. 단어 몇 개를 이어 쓰면 외우기 쉬워요.",
  createAccount: "계정 만들기",
  creating: "만드는 중…",
  badLink: "사용할 수 없는 링크예요",
  badLinkHint: "첫 계정을 만드는 링크는 Pail을 시작한 창에 나와 있어요. 처음부터 끝까지 복사해 주세요.",
} as const;
