// A remark plugin that checks the form of links to other sites.
import { visit } from 'unist-util-visit';

/** Warns of a link to another site that is no valid https address; whether it answers is not asked, so no network is needed. */
export default function externalLinks() {
  return (tree, file) => {
    visit(tree, ['link', 'image', 'definition'], (node) => {
      if (!/^[a-z][a-z+.-]*:/i.test(node.url)) return;
      if (URL.canParse(node.url) && new URL(node.url).protocol === 'https:') return;
      file.message(`'${node.url}' is no https address`, node);
    });
  };
}
