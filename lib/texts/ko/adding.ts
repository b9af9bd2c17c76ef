export const adding = {
  choosePictures: "사진 선택",
  add: "추가",
  fromDevice: "이 기기의 사진",
  moreWays: "다른 방법으로 추가",
  addPictures: "사진 추가",
  takePicture: "사진 찍기",
  chooseFolder: "폴더 선택",
  plainForm: "사진 올리기",
  drop: "여기에 놓으면 추가돼요",
  folderUnreadable: "폴더를 읽지 못했어요. 폴더를 열고 사진을 직접 끌어다 놓아 주세요.",
  leftOut: "다른 파일 {count, number}개는 제외했어요. 부속 파일, 동영상, 다른 프로그램의 파일이에요.",
  notLoaded:
    "사진을 올리는 기능을 불러오지 못했어요. 다시 시도하고 있어요. 오래 걸리면 페이지를 새로고침해 주세요.",
  choiceKept:
    "사진을 올리는 기능을 불러오지 못했어요. 선택한 사진은 보관해 두었으니 페이지를 새로고침해 주세요.",
} as const;
