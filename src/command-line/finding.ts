/** What `doctor` found of one thing, with its remedy where something is wrong. `code`: of a risky setting, for scripts. */
export type Finding = { check: string; level: 'ok' | 'warning' | 'problem'; code?: string; message: string; remedy?: string };
