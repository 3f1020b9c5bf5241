// What the generated types must refuse: each line below its comment is an error, or this file does not compile.
import type { paths } from './api';

type ReadItem = paths['/api/content-items/{id}']['get'];
type Item = ReadItem['responses'][200]['content']['application/json']['data'];
type Refusal = ReadItem['responses'][404]['content']['application/json'];
type NewKey = NonNullable<paths['/api/auth/keys']['post']['requestBody']>['content']['application/json'];

// @ts-expect-error an id is a number
export const parameters: ReadItem['parameters']['path'] = { id: 'one' };
// @ts-expect-error scopes are required
export const key: NewKey = { name: 'reader' };
// @ts-expect-error items have no such member
export const missing = (item: Item) => item.colour;
// @ts-expect-error a version is a number
export const text = (item: Item): string => item.version;
// @ts-expect-error only declared codes can be compared
export const never = (refusal: Refusal): boolean => refusal.code === 'NO_SUCH_CODE';
