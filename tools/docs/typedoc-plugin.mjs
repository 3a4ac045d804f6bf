// A TypeDoc plugin for the names of pages and modules in the site.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Converter, MinimalSourceFile, ReflectionKind } from 'typedoc';

/**
 * Names in the site: a page is called what its heading says, a module what one imports; and the README of a package is the
 * front page of its module.
 *
 * @param {import('typedoc').Application} app
 */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    const [, heading] = /^# (.+)$/m.exec(document.content.map(({ text }) => text).join('')) ?? [];
    if (heading) document.name = heading.replaceAll('`', '');
  });

  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
      const source = module.sources[0].fullFileName;
      const { folder, name, specifiers } = packageOf(source);
      const specifier = specifiers.find(([, file]) => join(folder, file) === source)?.[0] ?? '.';
      module.name = join(name, specifier);
      if (specifier === '.') addReadme(app, project, module, folder);
    }
  });
}

function packageOf(source) {
  let folder = dirname(source);
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  const { name, exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return { folder, name, specifiers: Object.entries(exports) };
}

function addReadme(app, project, module, folder) {
  const path = join(folder, 'README.md');
  const file = new MinimalSourceFile(readFileSync(path, 'utf8'), path);
  module.readme = app.converter.parseRawComment(file, project.files).content;
  project.files.registerReflectionPath(path, module);
  project.files.registerReflectionPath(folder, module);
}
