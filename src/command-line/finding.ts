/** What `doctor` found of one thing, with its remedy where something is wrong. */
export type Finding = { check: string; level: 'ok' | 'warning' | 'problem'; message: string; remedy?: string };
