const number =
  "{incident, select, none {Pail 관리자에게 알려 주세요.} other {Pail 관리자가 로그에서 이 번호로 원인을 찾을 수 있어요: {incident}}}";

export const errors = {
  unauthenticated: "로그인이 만료됐어요. 다시 로그인해 주세요.",
  other_viewer: "다른 사람이 로그인했어요. 페이지를 새로고침해 주세요.",
  wrong_origin:
    "{origin, select, none {Pail의 원래 주소로 열어서 다시 시도해 주세요.} other {{origin} 주소로 열어서 다시 시도해 주세요.}}",
  forbidden: "사용할 수 없는 설정 링크예요. 처음부터 끝까지 다시 복사해 주세요.",
  not_found:
    "{what, select, picture {사진을 찾을 수 없어요.} album {앨범을 찾을 수 없어요.} token {토큰을 찾을 수 없어요. 이미 폐기했을 수 있어요.} other {올리던 기록을 찾을 수 없어요. 파일을 다시 선택해 주세요.}}",
  rate_limited:
    "{unit, select, seconds {너무 여러 번 시도했어요. {count, number}초 뒤에 다시 시도해 주세요.} minutes {너무 여러 번 시도했어요. {count, number}분 뒤에 다시 시도해 주세요.} other {너무 여러 번 시도했어요. 잠시 뒤에 다시 시도해 주세요.}}",
  internal:
    "{incident, select, none {서버에 문제가 생겼어요. 다시 시도해 주세요.} other {서버에 문제가 생겼어요. 다시 시도해 주세요. ({incident})}}",
  unavailable:
    "{incident, select, none {지금은 서버가 요청을 처리할 수 없어요. 몇 분 뒤에 다시 시도해 주세요.} other {지금은 버킷을 쓸 수 없어요. 다시 시도해 주세요. 원인은 로그에 남겨 두었어요. ({incident})}}",
  invalid_input:
    "{issue, select, name_short {이름을 입력해 주세요.} name_long {이름은 {max, number}자 이하로 적어 주세요.} email {이메일 주소를 you@example.org 형식으로 입력해 주세요.} password_short {비밀번호는 {min, number}자 이상이어야 해요.} password_long {비밀번호는 {max, number}자 이하여야 해요.} password_common {많은 사람이 쓰는 비밀번호라 쉽게 뚫릴 수 있어요. 다른 비밀번호로 정해 주세요.} scopes_short {토큰으로 할 수 있는 일을 골라 주세요.} other {입력한 내용이 올바르지 않아요. 확인하고 다시 시도해 주세요.}}",
  broken_off: "보내는 중에 연결이 끊겼어요. 다시 보내 주세요.",
  wrong_credentials: "이메일이나 비밀번호가 맞지 않아요. 다시 확인해 주세요.",
  setup_done: "이미 설정이 끝난 Pail이에요. 로그인해 주세요.",
  too_many_tokens: "토큰이 이미 {max, number}개 있어요. 쓰지 않는 토큰을 폐기해 주세요.",
  too_many_albums: "앨범이 이미 {max, number}개 있어요. 필요 없는 앨범을 삭제해 주세요.",
  empty_title: "사진 제목을 입력해 주세요.",
  no_date: "사진에 쓸 수 없는 날짜예요. 1826년부터 오늘 사이에서 골라 주세요.",
  shift_too_far:
    "그만큼 옮기면 1826년보다 앞서거나 아직 오지 않은 날짜가 되는 사진이 있어요. 아무것도 바꾸지 않았으니 더 적게 옮겨 주세요.",
  empty_name: "앨범 이름을 입력해 주세요.",
  name_taken: "같은 이름의 앨범이 있어요. 다른 이름으로 정해 주세요.",
  not_in_album: "이 앨범에 더는 없어요. 그사이에 앨범에서 빠졌어요.",
  duplicate: "그사이에 같은 사진을 다시 추가했어요.",
  empty_file: "빈 파일이에요. 사진을 다시 선택하거나 다른 사본을 선택해 주세요.",
  too_large:
    "{maxBytes, select, none {파일이 너무 커요. 크기를 줄여서 다시 시도해 주세요.} other {파일이 너무 커요. {maxBytes}까지 올릴 수 있으니 크기를 줄여서 다시 시도해 주세요.}}",
  too_many_pixels:
    "{maxPixels, select, none {해상도가 너무 높아요. 크기를 줄여서 다시 시도해 주세요.} other {해상도가 너무 높아요({width} × {height}). {megapixels, number}메가픽셀까지 올릴 수 있으니 크기를 줄여서 다시 시도해 주세요.}}",
  side_too_long:
    "{max, select, 0 {사진의 한 변이 너무 길어요. 짧게 나눠서 다시 올려 주세요.} other {사진의 한 변이 너무 길어요({width} × {height}). {max, number}픽셀까지 올릴 수 있으니 짧게 나눠서 다시 올려 주세요.}}",
  unsupported_type:
    "{kind, select, pdf {사진이 아니라 PDF 문서예요. PNG나 JPEG로 저장해서 다시 시도해 주세요.} raw {TIFF나 카메라 RAW 파일은 브라우저에서 볼 수 없어요. JPEG로 내보내서 다시 시도해 주세요.} other_format {{format} 파일은 올릴 수 없어요. PNG나 JPEG로 저장해서 다시 시도해 주세요.} video {동영상이에요. Pail에는 사진만 올릴 수 있어요. {formats} 사진을 선택해 주세요.} archive {사진이 아니라 압축 파일이나 문서예요. {formats} 사진을 선택해 주세요.} svg {SVG 파일에는 스크립트가 들어 있을 수 있어서 올릴 수 없어요. PNG나 JPEG로 저장해서 다시 시도해 주세요.} web_page {사진이 아니라 웹 페이지예요. 사진 파일을 따로 저장해서 다시 시도해 주세요.} text {사진이 아니라 텍스트 파일이에요. {formats} 사진을 선택해 주세요.} other {Pail이 읽을 수 있는 사진이 아니에요. {formats} 사진을 선택해 주세요.}}",
  damaged_image: "사진이 손상됐거나 일부가 없어요. 열어서 확인한 다음 다시 저장해서 올려 주세요.",
  digest_missing: "버킷이 확인하는 방법이 바뀌었어요. 페이지를 새로고침하고 다시 시도해 주세요.",
  store_unfit: "이 Pail의 버킷에는 사진을 안전하게 올릴 수 없어요. Pail 관리자에게 알려 주세요.",
  not_decoded:
    "두 번 시도했지만 이 사진을 여는 데 시간이나 메모리가 너무 많이 들었어요. JPEG로 저장해서 다시 올려 주세요.",
  quota_full:
    "남은 공간이 없어요. 저장 공간이 가득 찼거나 올리는 중인 사진이 너무 많아요. 사진을 삭제하거나 잠시 기다려 주세요.",
  variant_too_large: "미리 보기 사진이 너무 커요. 페이지를 새로고침하고 다시 시도해 주세요.",
  bad_variant: "미리 보기 사진이 올바르지 않아요. 페이지를 새로고침하고 다시 시도해 주세요.",
  type_differs:
    "{type, select, none {파일 형식이 처음과 달라요. 파일을 다시 선택해 주세요.} other {{announced} 파일이라고 했는데 실제로는 {type} 파일이에요. 다시 선택해 주세요.}}",
  bytes_differ: "보낸 파일과 도착한 파일이 달라요. 다시 시도해 주세요.",
  not_arrived: "사진이 도착하지 않았어요. 사진을 선택해서 다시 보내 주세요.",
  changed: "확인하는 동안 파일이 바뀌었어요. 다시 보내 주세요.",
  upload_ended: "이미 끝난 업로드예요. 파일을 다시 선택해 주세요.",
  form_used: "이미 사용한 양식이에요. 사진을 다시 선택해 주세요.",
  bad_state: "더 이상 쓸 수 없는 양식이에요. 사진을 다시 선택해 주세요.",
  unknown: "문제가 생겼어요. 다시 시도해 주세요.",
  offline: "연결이 끊겼어요. 다시 연결되면 이어서 올릴게요.",
  network: "연결이 끊겼어요. 네트워크를 확인하고 다시 시도해 주세요.",
  no_answer: "서버가 응답하지 않아요. 네트워크를 확인하고 다시 시도해 주세요.",
  stalled: "전송이 멈췄어요. 네트워크를 확인하고 다시 시도해 주세요.",
  outdated: "Pail이 업데이트됐어요. 페이지를 새로고침하면 이어서 올릴게요.",
  bucket_busy: "버킷에 요청이 몰려 있어요. 몇 분 뒤에 다시 시도해 주세요.",
  form_expired:
    "업로드 권한이 계속 만료됐어요. 다시 시도해 주세요. Pail과 버킷의 시계가 서로 다를 수 있어요.",
  file_unreadable: "파일을 읽지 못했어요. 이 기기에서 열리는지 확인하고 다시 선택해 주세요.",
  file_changed: "선택한 뒤에 파일이 바뀌거나 옮겨지거나 삭제됐어요. 다시 선택해 주세요.",
  not_prepared: "브라우저가 사진을 준비하지 못했어요. 다시 시도하거나 최신 브라우저를 사용해 주세요.",
  worker_died:
    "브라우저가 이 사진을 처리하다 멈췄어요. 메모리가 부족할 수 있으니 다른 탭을 닫고 다시 시도해 주세요.",
  unexpected: "이 사진을 올리는 중에 문제가 생겼어요. 다시 시도해 주세요.",
  EntityTooLarge: "선택했을 때보다 파일이 커졌어요. 다시 선택해 주세요.",
  EntityTooSmall: "선택했을 때보다 파일이 작아졌어요. 다시 선택해 주세요.",
  BadDigest: "보내는 동안 파일이 바뀌었어요. 다시 선택해 주세요.",
  XAmzContentChecksumMismatch: "보내는 동안 파일이 바뀌었어요. 다시 선택해 주세요.",
  AccessDenied: `버킷에서 이 사진을 받지 않았어요. ${number}`,
  NoSuchBucket: `버킷이 없어요. ${number}`,
  QuotaExceeded: `버킷이 가득 찼어요. ${number}`,
  InsufficientStorage: `버킷이 가득 찼어요. ${number}`,
  RequestTimeTooSkewed: `Pail과 버킷의 시계가 서로 달라요. ${number}`,
  store_refused: `버킷에서 이 사진을 받지 않았어요. ${number}`,
} as const;

export const waiting = {
  network: "연결이 끊겼어요. 잠시 뒤에 다시 시도할게요.",
  no_answer: "연결이 끊겼어요. 잠시 뒤에 다시 시도할게요.",
  stalled: "전송이 멈췄어요. 잠시 뒤에 다시 시도할게요.",
  unavailable: "서버에 요청이 몰려 있어요. 잠시 뒤에 다시 시도할게요.",
  bucket_busy: "버킷에 요청이 몰려 있어요. 잠시 뒤에 다시 시도할게요.",
  form_expired: "업로드 권한을 새로 받고 있어요.",
  rate_limited: "사진이 한꺼번에 많이 들어왔어요. 잠시 뒤에 이어서 올릴게요.",
  unauthenticated: "로그아웃됐어요. 다시 로그인하면 이어서 올릴게요.",
  other_viewer: "다른 사람이 로그인했어요. 사진을 올리던 계정으로 다시 로그인하면 이어서 올릴게요.",
} as const;
