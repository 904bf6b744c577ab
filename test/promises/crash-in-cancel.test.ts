import t from 'tap'
import { survivesEveryPoint } from '../helper/crash.ts'

t.setTimeout(110_000)
t.test('kill -9 at any point of a cancel loses nothing and doubles nothing', (t) => survivesEveryPoint(t, 'cancel'))
