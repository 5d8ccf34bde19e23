// Owns: what people change of themselves as far as their company lets them: their name and their photo.
// Does not: addresses (address-changes), nor what administrators change (users).
export { changeOwnName, whyNameFixed } from './change-own-name.ts';
export { changeOwnPhoto, findPhoto, listPhotos, removePhoto } from './photo.ts';
export { type ProfileSettings, profileSettings } from './settings.ts';
