// Owns: making a small picture of our own from a file that somebody sent. Does not: know what the picture is for.
export { fitImage, makeSmallPicture, mostPixels, type SmallPicture } from './fit-image.ts';
export { imageType, readPicture } from './picture.ts';
