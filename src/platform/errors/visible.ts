/** What a terminal would act on or not show, as JSON writes it, \u001b: names of a file could rewrite what stands beside them. Joiners belong to names (Indic scripts). */
export const visible = (text: string): string =>
  text.replace(/[^\P{C}\n\u200C\u200D]/gu, (hidden) =>
    hidden.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
