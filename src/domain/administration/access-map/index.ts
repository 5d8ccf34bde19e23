// Owns: the administrator's map: who may open an application and by which ways, what a person may open, and a look at a person's Launchpad.
// Does not: decide access (access), nor change it (assignments).
export { type AccessExportTools, type AccessWords, accessExport, startAccessExport } from './export-access.ts';
export { type ApplicationAccess, type ApplicationFilter, listApplicationAccess } from './list-applications.ts';
export { type Access, countAccess, getReach, listAccess, type MapFilter } from './list-people.ts';
export { recordMapView, recordMapViewOfPerson, viewLaunchpad } from './record-looks.ts';
