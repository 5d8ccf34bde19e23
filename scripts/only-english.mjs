/** A plugin of esbuild. zod has messages in fifty languages: ours are its English ones. */
export const onlyEnglish = {
  name: 'only-english',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[/\\]zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
      loader: 'js',
    })),
};
