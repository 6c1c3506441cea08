// What runs in the process of its own (`LibraryProcess` starts it). CommonJS, so that it has the same name in dist/ and in
// the bundled command.
void import('./library.ts').then(({ serveLibrary }) => serveLibrary());
