import manifest from '../../package.json' with { type: 'json' };

/** As the server and the local page show it. */
export const software = `SmartSync ${manifest.version}`;
