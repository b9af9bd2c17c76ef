/** Where one can go, and the menu under one's name. Only the server says these, so they do not travel with the page. */
export const places = {
  skip: "Skip to the content",
  navigation: "Places",
  home: "Pail, to your pictures",
  pictures: "Pictures",
  albums: "Albums",
  search: "Search",
  menu: "Menu",
  stored: "{used} of {quota} stored",
  trash: "Trash",
  settings: "Settings",
  storage: "Storage",
  signOut: "Sign out",
} as const;
