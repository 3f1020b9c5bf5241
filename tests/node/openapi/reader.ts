// A client's view of the generated types: every line must compile, so none of them may be `any` or `never`.
import type { components, paths } from './api';

type IsAny<T> = 0 extends 1 & T ? true : false;
type Is<T extends true> = T;

type ReadItem = paths['/api/content-items/{id}']['get'];
type Item = ReadItem['responses'][200]['content']['application/json']['data'];
type Refusal = ReadItem['responses'][404]['content']['application/json'];
type NewItem = NonNullable<paths['/api/content-types/{contentTypeId}/items']['post']['requestBody']>['content']['application/json'];

export type Checks = [
  Is<IsAny<Item> extends false ? true : false>,
  Is<IsAny<Item['version']> extends false ? true : false>,
  Is<IsAny<Refusal['code']> extends false ? true : false>,
];

export const parameters: ReadItem['parameters']['path'] = { id: 1 };
export const draft: NewItem = { data: { title: 'Hello' } };

export function describe(item: Item, refusal: Refusal, error: components['schemas']['Error']): string {
  const version: number = item.version;
  const unpublished: null | undefined | number = item.publishedVersion;
  const code = refusal.code === 'CONTENT_ITEM_NOT_FOUND' ? 'gone' : refusal.remediation;
  return `${version} ${unpublished} ${code} ${error.context.requestId}`;
}
