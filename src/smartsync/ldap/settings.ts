/** How a directory is reached. `urls` in order: the first that is up is used. `ca` in PEM; `pinnedFingerprints`: SHA-256 of certificates in hexadecimal, one for each server that needs it, which then need no other trust. */
export type DirectorySettings = {
  urls: string[];
  bindDn: string;
  bindPassword: string;
  baseDn?: string;
  startTls: boolean;
  ca?: string;
  pinnedFingerprints?: string[];
  timeoutSeconds: number;
};
