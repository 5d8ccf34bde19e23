// Owns: making a small picture of our own from a file that somebody sent. Does not: know what the picture is for.
export { fitImage, imageType } from './fit-image.ts';
