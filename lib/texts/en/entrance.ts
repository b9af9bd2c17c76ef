/** Signing in, and making the first account. */
export const entrance = {
  signIn: "Sign in",
  signingIn: "Signing in …",
  email: "Email",
  password: "Password",
  setUp: "Set up",
  makeAccount: "Make your account",
  name: "Name",
  passwordHint: "At least 8 characters. A few words in a row are easy to remember.",
  createAccount: "Create account",
  creating: "Creating …",
  badLink: "This link does not work",
  badLinkHint:
    "The link that makes the first account is printed where Pail was started. Copy it from there, whole.",
} as const;
