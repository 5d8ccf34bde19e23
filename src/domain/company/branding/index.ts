// Owns: what a company's pages and mails wear: logo, colour, words, links. Does not: draw them (views).
export { type Branding, brandingSettings, colorOnDark, defaultColor, isDefaultColor } from './branding.ts';
export { changeCompanyLogo, findCompanyLogo } from './company-logo.ts';
