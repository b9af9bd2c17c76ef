/** In UTF-16 code units. */
export const minPasswordLength = 8;
export const maxPasswordLength = 128;
