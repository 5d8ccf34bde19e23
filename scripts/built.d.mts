export type Stamp = [file: string, size: number, seconds: number];
export const folderOfBuilt: string;
export function stampOf(root: string, file: string): Stamp;
export function listOf(folder: string): string;
export function builtProgram(root: string, name: string): string | undefined;
