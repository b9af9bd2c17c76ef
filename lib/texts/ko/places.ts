export const places = {
  skip: "본문으로 건너뛰기",
  navigation: "둘러보기",
  home: "Pail, 내 사진으로 가기",
  pictures: "사진",
  albums: "앨범",
  search: "검색",
  menu: "메뉴",
  stored: "{quota} 중 {used} 사용",
  trash: "휴지통",
  settings: "설정",
  storage: "저장소",
  signOut: "로그아웃",
} as const;
