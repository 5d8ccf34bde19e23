/** Long work stopped at a safe place because the process is about to end: another takes it up. Not a failure. */
export class Stopped extends Error {
  constructor() {
    super('stopped at a safe place: another process goes on');
  }
}
