/** `over`: how a gauge of several processes is added up; what all of them read in the store is said once, and `first` is that of their supervisor. Each label has its meaning, and few values: none grows with companies or people. */
export type Figure = {
  type: 'counter' | 'gauge' | 'histogram';
  meaning: string;
  labels?: Record<string, string>;
  buckets?: readonly number[];
  /** A counter that somebody else keeps. */
  isLookedUp?: true;
  over?: 'sum' | 'max' | 'min' | 'average' | 'first';
};
