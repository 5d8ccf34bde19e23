// Owns: HTML of documents in Markdown that we wrote ourselves. Does not: read files, know their addresses, or take text of strangers.
export { type Heading, type MarkdownPage, renderMarkdown } from './render-markdown.ts';
