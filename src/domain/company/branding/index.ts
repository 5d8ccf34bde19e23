// Owns: what a company's pages and mails wear: logo, colour, words, links. Does not: draw them (views).
export {
  type Branding,
  type BrandingInput,
  brandingSettings,
  colorOnDark,
  defaultColor,
  draftBranding,
  isDefaultColor,
  readColor,
} from './branding.ts';
export { changeBranding, changeCompanyLogo, findCompanyLogo, removeUnusedLogo } from './change-branding.ts';
