/** How a directory is reached. `urls` in order: the first that is up is used. `ca` in PEM; `pinnedFingerprint`: SHA-256 of the server's certificate in hexadecimal, which then needs no other trust. */
export type DirectorySettings = {
  urls: string[];
  bindDn: string;
  bindPassword: string;
  baseDn?: string;
  startTls: boolean;
  ca?: string;
  pinnedFingerprint?: string;
  timeoutSeconds: number;
};
