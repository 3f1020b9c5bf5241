// GraphiQL against this gateway.  The key goes into the headers pane and stays in this tab.
'use strict';

const query = `# Put a key into Headers below: { "x-api-key": "..." }
query Types {
  contentTypes(limit: 10) {
    total
    nodes { id name slug items(limit: 3) { nodes { id status version data } } }
  }
}
`;

const fetcher = GraphiQL.createFetcher({ url: '/graphql' });
ReactDOM.createRoot(document.getElementById('explorer')).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery: query, defaultHeaders: '{ "x-api-key": "" }', shouldPersistHeaders: false }));
