/** S100: what Microsoft Entra ID calls the entry: objectGUID in base64, in the order of its bytes in Active Directory, whose first three parts are little-endian (MS-DTYP §2.3.4.2). */
export function immutableIdOf(entryId: string): string {
  const bytes = Buffer.from(entryId.replaceAll('-', ''), 'hex');
  for (const [from, to] of [
    [0, 4],
    [4, 6],
    [6, 8],
  ])
    bytes.subarray(from, to).reverse();
  return bytes.toString('base64');
}
