// The style of the page: light and dark, for screens, phones and paper.

/** CSS of the report. Colours have a contrast of at least 4.5 for text and 3 for marks. */
export const STYLE = `
:root{color-scheme:light dark;--page:#fff;--card:#f5f7fa;--text:#1c2430;--muted:#515c6e;--line:#d5dbe5;--before:#7b8698;--after:#1a62d6;--warn:#a8430a;
--convolution:#cfe0fb;--depthwise:#c4ebe4;--dense:#e1d7fa;--recurrent:#fbe0c3;--embedding:#d5efc8;--transposed:#fbd6e4;--other:#e3e7ee}
@media(prefers-color-scheme:dark){:root{--page:#11151c;--card:#1a202a;--text:#e6eaf1;--muted:#a8b2c2;--line:#353e4d;--before:#8b97ab;--after:#6da9ff;--warn:#ffa56b;
--convolution:#1f3f72;--depthwise:#17524a;--dense:#46336f;--recurrent:#6b4417;--embedding:#2f5421;--transposed:#6c2a46;--other:#39424f}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--page);padding:.3rem .6rem;z-index:1}
header,main,footer{max-width:68rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2rem}footer{padding-bottom:3rem;color:var(--muted);font-size:.875rem}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:2.75rem 0 .5rem;padding-top:1rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:1.5rem 0 .25rem}
p{margin:.5rem 0;max-width:46rem}.muted,figcaption,.hint{color:var(--muted)}
figcaption,.hint{font-size:.875rem}figure{margin:1rem 0}
a{color:var(--after)}:focus-visible{outline:3px solid var(--after);outline-offset:2px;border-radius:2px}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:0;margin:1rem 0 0;list-style:none}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:1.25rem 0 0}
.tiles div{background:var(--card);border-radius:.5rem;padding:.75rem 1rem}
.tiles dt{color:var(--muted);font-size:.875rem}.tiles dd{margin:0;font-size:1.5rem;font-weight:600;line-height:1.25}.tiles dd small{display:block;font-size:.875rem;font-weight:400;color:var(--muted)}
pre{background:var(--card);border-radius:.5rem;padding:.75rem 1rem;margin:.5rem 0;overflow-x:auto;font-size:.875rem;white-space:pre-wrap;overflow-wrap:anywhere}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin:.75rem 0}
table{border-collapse:collapse;width:100%;font-size:.875rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.3rem .75rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600}thead th{color:var(--muted);font-weight:500;white-space:nowrap}
.number{text-align:right;white-space:nowrap}tr.packed th,tr.packed td{font-weight:600;color:var(--after)}
td .bar{display:block;margin:.35rem 0 0;width:100%;min-width:5rem;height:.6rem}
.bar rect{fill:var(--before)}tr.packed .bar rect{fill:var(--after)}
.names{overflow-wrap:anywhere;min-width:13rem;font-weight:400}
.treemap{display:block;max-width:100%;overflow:hidden}.treemap rect{stroke:var(--page);stroke-width:.5}.treemap text{fill:var(--text);font-size:11.5px}.treemap .size{fill-opacity:.8}
.kind-convolution{fill:var(--convolution);background:var(--convolution)}.kind-depthwise{fill:var(--depthwise);background:var(--depthwise)}.kind-dense{fill:var(--dense);background:var(--dense)}
.kind-recurrent{fill:var(--recurrent);background:var(--recurrent)}.kind-embedding{fill:var(--embedding);background:var(--embedding)}
.kind-transposed-convolution{fill:var(--transposed);background:var(--transposed)}.kind-other{fill:var(--other);background:var(--other)}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;padding:0;margin:.5rem 0;font-size:.875rem;color:var(--muted)}
.legend i{display:inline-block;width:.9rem;height:.9rem;border-radius:.2rem;margin-right:.4rem;vertical-align:-.1rem}.legend .key-before{background:var(--before)}.legend .key-after{background:var(--after)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:1rem}.charts figure{margin:.25rem 0;min-width:0}
.chart{display:block;width:100%;max-width:440px;height:auto;font-size:12px}.chart text{fill:var(--text)}.chart .tick,.chart .title{fill:var(--muted)}
.chart .grid{stroke:var(--line);stroke-width:1}.chart .axis{stroke:var(--muted);stroke-width:1}
.chart path{fill:none}.chart .before.area{fill:var(--before);fill-opacity:.45}.chart .line{stroke-width:1.8}.chart .before.line{stroke:var(--before);stroke-width:5;stroke-opacity:.55}.chart .after.line,.chart .stems{stroke:var(--after)}.chart .stems{stroke-width:2}
.chart .cut{stroke:var(--warn);stroke-dasharray:4 3;stroke-width:1.5}.chart .dot.before{fill:var(--before)}.chart .dot.after{fill:var(--after)}.chart text.after{fill:var(--after);font-weight:600}
.changed{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:.75rem;list-style:none;padding:0}
.changed li{background:var(--card);border-radius:.5rem;padding:.75rem;font-size:.875rem;min-width:0;overflow-wrap:anywhere}
.changed img{display:block;width:96px;height:96px;object-fit:contain;image-rendering:pixelated;background:var(--line);border-radius:.25rem;margin-bottom:.5rem}
.changed b{font-weight:600}.wrong{color:var(--warn)}
details{border-bottom:1px solid var(--line)}summary{cursor:pointer;padding:.45rem 0;overflow-wrap:anywhere}summary span{color:var(--muted);font-size:.875rem}
details>div{padding:0 0 1rem 1rem}dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.25rem 0 .5rem;font-size:.9375rem}.facts dt{color:var(--muted)}.facts dd{margin:0;overflow-wrap:anywhere}
@media(max-width:44rem){body{font-size:15px}.names{min-width:8rem}header,main,footer{padding-left:1rem;padding-right:1rem}.treemap .wide{display:none}dl.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:.35rem}details>div{padding-left:0}.changed{grid-template-columns:repeat(auto-fill,minmax(9rem,1fr))}}
@media print{:root{color-scheme:light}body{font-size:10pt}nav,.skip{display:none}h2,h3,summary{break-after:avoid}figure,tr,.changed li{break-inside:avoid}details::details-content{display:block;content-visibility:visible;height:auto}.scroll{overflow:visible}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
