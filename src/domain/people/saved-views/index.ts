// Owns: views of the list of people that administrators keep by a name: their filter, order and columns, for one of them or for all.
// Does not: know what a view's address means (web).
export { keepView, listViews, listViewsOf, removeView, type SavedView } from './saved-views.ts';
