import type { Plugin } from 'esbuild';
export const onlyEnglish: Plugin;
