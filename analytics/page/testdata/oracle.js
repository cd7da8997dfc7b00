// Answers what the page's scripts make of polygons, boxes and seats: questions as a JSON array on stdin, answers as one
// on stdout. Go tests hold them to what the server makes of the same.
import {readFileSync} from 'node:fs';
import {Draft} from '../www/seats/editor/draft.js';
import {fit} from '../www/seats/editor/feet.js';
import {contains, fault, share} from '../www/seats/editor/polygon.js';
import {preview} from '../www/seats/editor/yaml.js';

const answers = JSON.parse(readFileSync(0, 'utf8')).map(({polygon, point, box, seat}) => ({
    fault: polygon && (fault(polygon)?.key ?? ''),
    contains: polygon && point && contains(polygon, point),
    share: polygon && box && share(polygon, box),
    fits: polygon && box && ['fit', 'foot', 'center', 'overlap'].map(anchor => fit({roi: polygon, anchor}, {class: 'person', confidence: 1, box})),
    yaml: seat && preview(new Draft(seat, {isNew: true})),
    faults: seat && new Draft(seat, {isNew: true, storeID: 'test'}).faults().map(f => f.field),
}));
process.stdout.write(JSON.stringify(answers));
