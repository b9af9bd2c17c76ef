// In place of what Next adds for browsers that lack Array.at, Object.hasOwn and the like: each that knows light-dark(), as the
// colours of globals.css need it, has them all.
