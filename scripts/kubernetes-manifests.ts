// Prints the manifests for who uses no Helm; test/deploy/kubernetes.test.ts keeps them equal. `--write` puts them into deploy/kubernetes.
import { writeFileSync } from 'node:fs';
import { manifests, plainManifests, root } from '../test/support/deploy-files.ts';

if (process.argv.includes('--write')) writeFileSync(root + manifests, plainManifests());
else process.stdout.write(plainManifests());
