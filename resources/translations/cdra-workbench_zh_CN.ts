<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
  <context>
    <name>Help</name>
    <message>
      <source>The road</source>
      <translation>路线</translation>
    </message>
    <message>
      <source>&lt;p&gt;Seven stops, each of which needs those above it: a pretrained &lt;b&gt;model&lt;/b&gt; and the &lt;b&gt;data&lt;/b&gt; of a new task; the &lt;b&gt;sensitivity&lt;/b&gt; of every weight to that task; the &lt;b&gt;compact&lt;/b&gt; boxes that the sensitive ones fit into; their &lt;b&gt;ranks&lt;/b&gt;; &lt;b&gt;training&lt;/b&gt;; &lt;b&gt;results&lt;/b&gt;. Each stop's mark says how it stands: nothing yet, ready, being worked on, failed, or &lt;b&gt;stale&lt;/b&gt;: something before it changed since it was made. Every setting can be changed at any time, and taken back with Ctrl+Z.&lt;/p&gt;</source>
      <translation>&lt;p&gt;七个站点，每个都需要它上面的那些：预训练&lt;b&gt;模型&lt;/b&gt;和新任务的&lt;b&gt;数据&lt;/b&gt;；每个权重对该任务的&lt;b&gt;敏感度&lt;/b&gt;；敏感权重所在的&lt;b&gt;紧凑&lt;/b&gt;方框；它们的&lt;b&gt;秩&lt;/b&gt;；&lt;b&gt;训练&lt;/b&gt;；&lt;b&gt;结果&lt;/b&gt;。每个站点的标记说明它的状态：尚无、就绪、进行中、失败，或&lt;b&gt;过期&lt;/b&gt;：自它生成以来，前面有东西变了。每个设置随时可以更改，并可用 Ctrl+Z 撤销。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Sensitivity</source>
      <translation>敏感度</translation>
    </message>
    <message>
      <source>&lt;p&gt;How much the task pulls at a weight (Eq. 3): the mean over images of the squared gradient of one image's loss, at the pretrained weights. One pass over 400 images, forwards and backwards, is enough; no weight is changed. &lt;i&gt;By batch&lt;/i&gt; squares the gradients of whole batches instead, as SPT's published code does: pulls of different images in opposite directions cancel there.&lt;/p&gt;</source>
      <translation>&lt;p&gt;任务对一个权重的拉力有多大（式 3）：在预训练权重处，单张图像损失的梯度平方对图像取平均。对 400 张图像前向、反向各一遍就够了；不改变任何权重。&lt;i&gt;按批次&lt;/i&gt;则像 SPT 公开代码那样对整批的梯度取平方：不同图像方向相反的拉力会在其中抵消。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>γ, τ and the budget</source>
      <translation>γ、τ 与预算</translation>
    </message>
    <message>
      <source>&lt;p&gt;&lt;b&gt;γ&lt;/b&gt; is the share of weights that count as sensitive: the γ largest of all, by &lt;i&gt;one&lt;/i&gt; threshold for the whole model, so that some matrices get many and others none. &lt;b&gt;τ&lt;/b&gt; says the same as a number of weights. A &lt;b&gt;budget&lt;/b&gt; says what may be trained in the end, in per cent of the backbone, and γ is found for it.&lt;/p&gt;&lt;p&gt;More is not always better: a larger γ makes the boxes larger and less dense. The curves behind the slider show what every γ would train, and the sum of ranks. The default, 0.43 %, trains about 0.4 % of a ViT.&lt;/p&gt;</source>
      <translation>&lt;p&gt;&lt;b&gt;γ&lt;/b&gt; 是被视为敏感的权重所占的份额：取全部权重中最大的 γ 部分，整个模型共用&lt;i&gt;一个&lt;/i&gt;阈值，因此有的矩阵得到很多，有的一个也没有。&lt;b&gt;τ&lt;/b&gt; 用权重个数表达同一件事。&lt;b&gt;预算&lt;/b&gt;规定最终可训练的量（占主干的百分比），程序据此求出 γ。&lt;/p&gt;&lt;p&gt;并非越多越好：γ 越大，方框越大，也越稀疏。滑块后面的曲线显示每个 γ 会训练多少权重以及秩的总和。默认值 0.43 % 大约训练 ViT 的 0.4 %。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Compact size</source>
      <translation>紧凑尺寸</translation>
    </message>
    <message>
      <source>&lt;p&gt;In a matrix with d rows (input features) and k columns (output features), &lt;b&gt;d̄&lt;/b&gt; rows and &lt;b&gt;k̄&lt;/b&gt; columns hold at least one sensitive weight. Sorted by how many they hold (Eq. 4, 5), these come first, and every sensitive weight lies in the d̄ × k̄ corner: the red box. Only the box is adapted; the rest of the matrix stays as it is. &lt;b&gt;Density&lt;/b&gt; is the share of the box that is sensitive: the denser, the better a low rank fits.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Size&lt;/b&gt; stretches the box beyond the method's (Table 6), &lt;b&gt;quadrant&lt;/b&gt; takes another corner (Table 7): both are there to see what the choice is worth. The box's corner can be dragged in the picture, and Ctrl+click picks the quadrant.&lt;/p&gt;</source>
      <translation>&lt;p&gt;在有 d 行（输入特征）、k 列（输出特征）的矩阵中，&lt;b&gt;d̄&lt;/b&gt; 行和 &lt;b&gt;k̄&lt;/b&gt; 列至少含有一个敏感权重。按所含个数排序（式 4、5）后它们排在最前面，所有敏感权重都落在 d̄ × k̄ 的角上，即红框。只有这个方框会被适配，矩阵其余部分保持不变。&lt;b&gt;密度&lt;/b&gt;是方框中敏感权重的份额：越密，低秩越合适。&lt;/p&gt;&lt;p&gt;&lt;b&gt;尺寸&lt;/b&gt;把方框放大到方法规定之外（表 6），&lt;b&gt;象限&lt;/b&gt;取另一个角（表 7）：两者都是为了看这个选择值多少。可以在图中拖动方框的角，Ctrl+点击选择象限。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Ranks and Eq. 7</source>
      <translation>秩与式 (7)</translation>
    </message>
    <message>
      <source>&lt;p&gt;The box of a matrix is changed by A·B (Eq. 6), A of size d̄ × r and B of size r × k̄: that costs r·(d̄ + k̄) weights. &lt;b&gt;Eq. 7&lt;/b&gt; gives each matrix the largest rank r that its own Σm sensitive weights pay for.&lt;/p&gt;&lt;p&gt;&lt;b&gt;eq7-unscaled&lt;/b&gt; is r = ⌊Σm / (d̄ + k̄)⌋. &lt;b&gt;eq7&lt;/b&gt; is the equation as it is printed, with a factor d·k / (d̄·k̄); with it most ranks come out as 0 at the paper's budgets, while the paper's own parameter counts fit the unscaled form. Hence the default. Both are in the table of strategies, side by side.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Rank 0&lt;/b&gt;: the matrix has too few sensitive weights for a rank. Then just those weights are tuned, which costs less than rank 1; or the matrix is left as it is.&lt;/p&gt;</source>
      <translation>&lt;p&gt;矩阵的方框由 A·B 改变（式 6），A 的大小为 d̄ × r，B 的大小为 r × k̄：共需 r·(d̄ + k̄) 个权重。&lt;b&gt;式 7&lt;/b&gt; 给每个矩阵分配它自己的 Σm 个敏感权重付得起的最大秩 r。&lt;/p&gt;&lt;p&gt;&lt;b&gt;eq7-unscaled&lt;/b&gt; 为 r = ⌊Σm / (d̄ + k̄)⌋。&lt;b&gt;eq7&lt;/b&gt; 是论文中印出的式子，带有因子 d·k / (d̄·k̄)；用它时，在论文的预算下大多数秩都为 0，而论文自己的参数量符合不带因子的形式，因此以后者为默认。两者并列在策略表中。&lt;/p&gt;&lt;p&gt;&lt;b&gt;秩 0&lt;/b&gt;：矩阵的敏感权重太少，不够一个秩。这时只调这些权重，代价比秩 1 更小；或者让矩阵保持原样。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Training</source>
      <translation>训练</translation>
    </message>
    <message>
      <source>&lt;p&gt;A run is a command of its own, the one that is shown: it lives on when this window closes, and a window opened later finds it again. &lt;i&gt;Stop and save&lt;/i&gt; keeps everything; &lt;i&gt;Resume&lt;/i&gt; goes on where it stopped and ends in the same bytes. &lt;i&gt;Add to queue&lt;/i&gt; freezes the settings as they are now and starts the run when those before it are done.&lt;/p&gt;&lt;p&gt;The &lt;b&gt;honest&lt;/b&gt; protocol chooses everything on validation images and reads the test images once, at the end. &lt;b&gt;Published&lt;/b&gt; code takes the best test accuracy over all epochs; such numbers look better than they are.&lt;/p&gt;</source>
      <translation>&lt;p&gt;一次运行是一条独立的命令，也就是页面上显示的那一条：窗口关闭后它继续运行，之后打开的窗口会重新找到它。&lt;i&gt;停止并保存&lt;/i&gt;保留一切；&lt;i&gt;继续&lt;/i&gt;从停下的地方接着运行，最终得到完全相同的字节。&lt;i&gt;加入队列&lt;/i&gt;会冻结当前设置，等前面的运行结束后开始。&lt;/p&gt;&lt;p&gt;&lt;b&gt;honest&lt;/b&gt; 协议只在验证图像上做选择，测试图像最后只读一次。&lt;b&gt;published&lt;/b&gt; 代码取所有轮次中最好的测试准确率；这样的数字看起来比实际好。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Results</source>
      <translation>结果</translation>
    </message>
    <message>
      <source>&lt;p&gt;Trainable per cent = trainable backbone parameters ÷ backbone parameters, both without the head. Select several runs to see their curves over each other and in what they differ. &lt;b&gt;ΔW&lt;/b&gt; is what training added to a matrix: its singular values say how many of the ranks given were used. &lt;b&gt;Export&lt;/b&gt; writes the adapter, a folder for peft, or a merged checkpoint that needs none of this program.&lt;/p&gt;</source>
      <translation>&lt;p&gt;可训练百分比 = 可训练的主干参数 ÷ 主干参数，两者都不含分类头。选中多个运行可以把曲线叠在一起，并看出它们的差别。&lt;b&gt;ΔW&lt;/b&gt; 是训练加到矩阵上的量：它的奇异值说明分配的秩用了多少。&lt;b&gt;导出&lt;/b&gt;写出适配器、供 peft 使用的文件夹，或不再需要本程序的合并检查点。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>Attention</source>
      <translation>注意力</translation>
    </message>
    <message>
      <source>&lt;p&gt;In every block each head decides how much every token takes from every other one. Shown is what the class token, from which the image is classified, takes from the patches; the brightest patch of each map is its largest. The small maps are all blocks (down) and heads (across; ∅ is their mean): a click or the arrow keys choose one. A click into the image asks what that patch looks at instead; Escape goes back.&lt;/p&gt;&lt;p&gt;Attention says where a head reads, not what of it decides.&lt;/p&gt;</source>
      <translation>&lt;p&gt;在每个块里，每个头决定每个标记从其他标记那里取多少。显示的是类别标记（图像由它分类）从各图像块取了多少；每张图中最亮的块是该图的最大值。小图是所有块（纵向）和头（横向；∅ 是它们的平均）：点击或用方向键选择。点击图像则显示那个图像块关注什么；Esc 返回。&lt;/p&gt;&lt;p&gt;注意力说明一个头读取哪里，并不说明其中什么起决定作用。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>All terms (F1)</source>
      <translation>全部术语 (F1)</translation>
    </message>
    <message>
      <source>Help: %1</source>
      <translation>帮助：%1</translation>
    </message>
    <message>
      <source>What is this? %1</source>
      <translation>这是什么？%1</translation>
    </message>
    <message>
      <source>What the terms mean</source>
      <translation>术语说明</translation>
    </message>
    <message>
      <source>another model was measured: compute the sensitivity again</source>
      <translation>测量的是另一个模型：请重新计算敏感度</translation>
    </message>
    <message>
      <source>the data changed since it was computed: compute it again</source>
      <translation>计算之后数据变了：请重新计算</translation>
    </message>
    <message>
      <source>computed by the estimator %1, the project now says %2</source>
      <translation>由估计方法 %1 计算，项目现在是 %2</translation>
    </message>
    <message>
      <source>computed with another seed</source>
      <translation>由另一个种子计算</translation>
    </message>
    <message>
      <source>computed at %1 px, the project now says %2 px</source>
      <translation>在 %1 px 计算，项目现在是 %2 px</translation>
    </message>
    <message>
      <source>computed with another pooling</source>
      <translation>由另一种池化计算</translation>
    </message>
    <message>
      <source>computed with another resampling of the positions</source>
      <translation>由另一种位置重采样计算</translation>
    </message>
    <message>
      <source>computed with another normalisation</source>
      <translation>由另一种归一化计算</translation>
    </message>
    <message>
      <source>computed from %1 images, the project now says %2</source>
      <translation>由 %1 张图像计算，项目现在是 %2</translation>
    </message>
    <message>
      <source>the model changed since this run</source>
      <translation>此运行之后模型变了</translation>
    </message>
    <message>
      <source>the data changed since this run</source>
      <translation>此运行之后数据变了</translation>
    </message>
    <message>
      <source>the method changed since this run</source>
      <translation>此运行之后方法变了</translation>
    </message>
    <message>
      <source>the method's options changed since this run</source>
      <translation>此运行之后方法的选项变了</translation>
    </message>
    <message>
      <source>settings changed since this run</source>
      <translation>此运行之后设置变了</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>模型</translation>
    </message>
    <message>
      <source>Data</source>
      <translation>数据</translation>
    </message>
    <message>
      <source>Compact</source>
      <translation>紧凑</translation>
    </message>
    <message>
      <source>Ranks</source>
      <translation>秩</translation>
    </message>
    <message>
      <source>Train</source>
      <translation>训练</translation>
    </message>
  </context>
  <context>
    <name>Preset</name>
    <message>
      <source>Paper</source>
      <translation>论文</translation>
    </message>
    <message>
      <source>CDRA as published: γ 0.43 %, 100 epochs, 10 of them warm-up.</source>
      <translation>按论文的 CDRA：γ 0.43 %，100 轮，其中 10 轮预热。</translation>
    </message>
    <message>
      <source>25 epochs</source>
      <translation>25 轮</translation>
    </message>
    <message>
      <source>The paper's settings in a quarter of the time.</source>
      <translation>论文设置，四分之一的时间。</translation>
    </message>
    <message>
      <source>Quick look</source>
      <translation>快速一看</translation>
    </message>
    <message>
      <source>The paper's settings for 10 epochs: to see whether it learns.</source>
      <translation>论文设置跑 10 轮：看它是否在学习。</translation>
    </message>
    <message>
      <source>Low memory</source>
      <translation>低内存</translation>
    </message>
    <message>
      <source>The paper's settings with batches of 16 added up to 64.</source>
      <translation>论文设置，16 张一批累加到 64。</translation>
    </message>
  </context>
  <context>
    <name>QObject</name>
    <message>
      <source>%1
box %2, density %3, rank %4</source>
      <translation>%1
框 %2，密度 %3，秩 %4</translation>
    </message>
    <message>
      <source>%1
true: %2
predicted: %3 (%4)</source>
      <translation>%1
真实：%2
预测：%3 (%4)</translation>
    </message>
    <message>
      <source>not taken</source>
      <translation>未测</translation>
    </message>
    <message>
      <source>waiting</source>
      <translation>等待中</translation>
    </message>
    <message>
      <source>running</source>
      <translation>运行中</translation>
    </message>
    <message>
      <source>done</source>
      <translation>完成</translation>
    </message>
    <message>
      <source>failed</source>
      <translation>失败</translation>
    </message>
    <message>
      <source>stopped</source>
      <translation>已停止</translation>
    </message>
    <message>
      <source>skipped</source>
      <translation>已跳过</translation>
    </message>
    <message>
      <source>sensitivity</source>
      <translation>敏感度</translation>
    </message>
    <message>
      <source>trial</source>
      <translation>试验</translation>
    </message>
    <message>
      <source>final</source>
      <translation>最终</translation>
    </message>
    <message>
      <source>%1 on %2: %3 of %4 seeds done, %5 running, %6 failed</source>
      <translation>%1，%2：%4 个种子中 %3 个完成，%5 个运行中，%6 个失败</translation>
    </message>
    <message>
      <source>Save picture or data…</source>
      <translation>保存图片或数据…</translation>
    </message>
    <message>
      <source>Saved %1</source>
      <translation>已保存 %1</translation>
    </message>
    <message>
      <source>Save %1</source>
      <translation>保存 %1</translation>
    </message>
    <message>
      <source>Picture, %1 dots per inch (*.png);;Vector picture (*.svg);;Document (*.pdf)</source>
      <translation>图片，每英寸 %1 点 (*.png);;矢量图 (*.svg);;文档 (*.pdf)</translation>
    </message>
    <message>
      <source>;;Numbers (*.csv)</source>
      <translation>;;数据 (*.csv)</translation>
    </message>
    <message>
      <source>Copy picture</source>
      <translation>复制图片</translation>
    </message>
    <message>
      <source>The picture is on the clipboard.</source>
      <translation>图片已在剪贴板。</translation>
    </message>
    <message>
      <source>Copy data</source>
      <translation>复制数据</translation>
    </message>
    <message>
      <source>The numbers are on the clipboard, as CSV.</source>
      <translation>数据已在剪贴板，格式为 CSV。</translation>
    </message>
    <message>
      <source>Sparsity of the sensitive weights by row and column, %1</source>
      <translation>%1 各行与各列敏感权重的稀疏性</translation>
    </message>
    <message>
      <source>Compact sub-matrices: reorganised sensitive weights</source>
      <translation>紧凑子矩阵：重排的敏感权重</translation>
    </message>
    <message>
      <source>Sizes of the compact sub-matrices of all matrices</source>
      <translation>所有矩阵的紧凑子矩阵大小</translation>
    </message>
    <message>
      <source>queued</source>
      <translation>排队中</translation>
    </message>
    <message>
      <source>paused</source>
      <translation>已暂停</translation>
    </message>
    <message>
      <source>ended unexpectedly</source>
      <translation>意外结束</translation>
    </message>
    <message>
      <source>sensitive weights</source>
      <translation>敏感权重</translation>
    </message>
    <message>
      <source>sensitive share of the matrix</source>
      <translation>矩阵的敏感比例</translation>
    </message>
    <message>
      <source>density of the compact sub-matrix</source>
      <translation>紧凑子矩阵的密度</translation>
    </message>
    <message>
      <source>rank</source>
      <translation>秩</translation>
    </message>
    <message>
      <source>rows d̄</source>
      <translation>行 d̄</translation>
    </message>
    <message>
      <source>columns k̄</source>
      <translation>列 k̄</translation>
    </message>
    <message>
      <source>trainable parameters</source>
      <translation>可训练参数</translation>
    </message>
    <message>
      <source>total sensitivity</source>
      <translation>总敏感度</translation>
    </message>
    <message>
      <source>empty</source>
      <translation>空</translation>
    </message>
    <message>
      <source>ready</source>
      <translation>就绪</translation>
    </message>
    <message>
      <source>stale</source>
      <translation>过时</translation>
    </message>
  </context>
  <context>
    <name>Road</name>
    <message>
      <source>sensitivity computed</source>
      <translation>已计算敏感度</translation>
    </message>
    <message>
      <source>being computed</source>
      <translation>正在计算</translation>
    </message>
    <message>
      <source>reading the map</source>
      <translation>正在读取图</translation>
    </message>
    <message>
      <source>the worker died before it was done: compute it again</source>
      <translation>工作进程在完成前死亡：请重新计算</translation>
    </message>
    <message>
      <source>needs a model and data</source>
      <translation>需要模型与数据</translation>
    </message>
    <message>
      <source>not computed yet</source>
      <translation>尚未计算</translation>
    </message>
    <message>
      <source>%1 is running</source>
      <translation>%1 正在运行</translation>
    </message>
    <message>
      <source>nothing has been trained yet</source>
      <translation>尚未训练</translation>
    </message>
    <message>
      <source>%1 died: resume it</source>
      <translation>%1 已死亡：请恢复</translation>
    </message>
    <message>
      <source>%1 is stopped and can be resumed</source>
      <translation>%1 已停止，可恢复</translation>
    </message>
    <message>
      <source>no run has finished yet</source>
      <translation>还没有完成的运行</translation>
    </message>
    <message>
      <source>reading the checkpoint</source>
      <translation>正在读取检查点</translation>
    </message>
    <message>
      <source>no checkpoint chosen</source>
      <translation>未选检查点</translation>
    </message>
    <message>
      <source>reading the index</source>
      <translation>正在读取索引</translation>
    </message>
    <message>
      <source>no data chosen</source>
      <translation>未选数据</translation>
    </message>
    <message>
      <source>needs a sensitivity map</source>
      <translation>需要敏感度图</translation>
    </message>
    <message>
      <source>its sensitivity map is stale: %1</source>
      <translation>其敏感度图已过时：%1</translation>
    </message>
    <message>
      <source>the method %1 is not known</source>
      <translation>未知方法 %1</translation>
    </message>
    <message>
      <source>All terms (F1)</source>
      <translation>全部术语 (F1)</translation>
    </message>
    <message>
      <source>Help: %1</source>
      <translation>帮助：%1</translation>
    </message>
    <message>
      <source>What is this? %1</source>
      <translation>这是什么？%1</translation>
    </message>
    <message>
      <source>What the terms mean</source>
      <translation>术语说明</translation>
    </message>
    <message>
      <source>another model was measured: compute the sensitivity again</source>
      <translation>测量的是另一个模型：请重新计算敏感度</translation>
    </message>
    <message>
      <source>the data changed since it was computed: compute it again</source>
      <translation>计算之后数据变了：请重新计算</translation>
    </message>
    <message>
      <source>computed by the estimator %1, the project now says %2</source>
      <translation>由估计方法 %1 计算，项目现在是 %2</translation>
    </message>
    <message>
      <source>computed with another seed</source>
      <translation>由另一个种子计算</translation>
    </message>
    <message>
      <source>computed at %1 px, the project now says %2 px</source>
      <translation>在 %1 px 计算，项目现在是 %2 px</translation>
    </message>
    <message>
      <source>computed with another pooling</source>
      <translation>由另一种池化计算</translation>
    </message>
    <message>
      <source>computed with another resampling of the positions</source>
      <translation>由另一种位置重采样计算</translation>
    </message>
    <message>
      <source>computed with another normalisation</source>
      <translation>由另一种归一化计算</translation>
    </message>
    <message>
      <source>computed from %1 images, the project now says %2</source>
      <translation>由 %1 张图像计算，项目现在是 %2</translation>
    </message>
    <message>
      <source>the model changed since this run</source>
      <translation>此运行之后模型变了</translation>
    </message>
    <message>
      <source>the data changed since this run</source>
      <translation>此运行之后数据变了</translation>
    </message>
    <message>
      <source>the method changed since this run</source>
      <translation>此运行之后方法变了</translation>
    </message>
    <message>
      <source>the method's options changed since this run</source>
      <translation>此运行之后方法的选项变了</translation>
    </message>
    <message>
      <source>settings changed since this run</source>
      <translation>此运行之后设置变了</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>模型</translation>
    </message>
    <message>
      <source>Data</source>
      <translation>数据</translation>
    </message>
    <message>
      <source>Sensitivity</source>
      <translation>敏感度</translation>
    </message>
    <message>
      <source>Compact</source>
      <translation>紧凑</translation>
    </message>
    <message>
      <source>Ranks</source>
      <translation>秩</translation>
    </message>
    <message>
      <source>Train</source>
      <translation>训练</translation>
    </message>
    <message>
      <source>Results</source>
      <translation>结果</translation>
    </message>
  </context>
  <context>
    <name>Stage</name>
    <message>
      <source>All terms (F1)</source>
      <translation>全部术语 (F1)</translation>
    </message>
    <message>
      <source>Help: %1</source>
      <translation>帮助：%1</translation>
    </message>
    <message>
      <source>What is this? %1</source>
      <translation>这是什么？%1</translation>
    </message>
    <message>
      <source>What the terms mean</source>
      <translation>术语说明</translation>
    </message>
    <message>
      <source>another model was measured: compute the sensitivity again</source>
      <translation>测量的是另一个模型：请重新计算敏感度</translation>
    </message>
    <message>
      <source>the data changed since it was computed: compute it again</source>
      <translation>计算之后数据变了：请重新计算</translation>
    </message>
    <message>
      <source>computed by the estimator %1, the project now says %2</source>
      <translation>由估计方法 %1 计算，项目现在是 %2</translation>
    </message>
    <message>
      <source>computed with another seed</source>
      <translation>由另一个种子计算</translation>
    </message>
    <message>
      <source>computed at %1 px, the project now says %2 px</source>
      <translation>在 %1 px 计算，项目现在是 %2 px</translation>
    </message>
    <message>
      <source>computed with another pooling</source>
      <translation>由另一种池化计算</translation>
    </message>
    <message>
      <source>computed with another resampling of the positions</source>
      <translation>由另一种位置重采样计算</translation>
    </message>
    <message>
      <source>computed with another normalisation</source>
      <translation>由另一种归一化计算</translation>
    </message>
    <message>
      <source>computed from %1 images, the project now says %2</source>
      <translation>由 %1 张图像计算，项目现在是 %2</translation>
    </message>
    <message>
      <source>the model changed since this run</source>
      <translation>此运行之后模型变了</translation>
    </message>
    <message>
      <source>the data changed since this run</source>
      <translation>此运行之后数据变了</translation>
    </message>
    <message>
      <source>the method changed since this run</source>
      <translation>此运行之后方法变了</translation>
    </message>
    <message>
      <source>the method's options changed since this run</source>
      <translation>此运行之后方法的选项变了</translation>
    </message>
    <message>
      <source>settings changed since this run</source>
      <translation>此运行之后设置变了</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>模型</translation>
    </message>
    <message>
      <source>Data</source>
      <translation>数据</translation>
    </message>
    <message>
      <source>Sensitivity</source>
      <translation>敏感度</translation>
    </message>
    <message>
      <source>Compact</source>
      <translation>紧凑</translation>
    </message>
    <message>
      <source>Ranks</source>
      <translation>秩</translation>
    </message>
    <message>
      <source>Train</source>
      <translation>训练</translation>
    </message>
    <message>
      <source>Results</source>
      <translation>结果</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::AttentionView</name>
    <message>
      <source>Attention</source>
      <translation>注意力</translation>
    </message>
    <message>
      <source>The attention does not fit together.</source>
      <translation>注意力数据前后不一致。</translation>
    </message>
    <message>
      <source>the patch in row %1, column %2</source>
      <translation>第 %1 行第 %2 列的图像块</translation>
    </message>
    <message>
      <source>the class token</source>
      <translation>类别标记</translation>
    </message>
    <message>
      <source>all patches in the mean</source>
      <translation>全部图像块的平均</translation>
    </message>
    <message>
      <source>Block %1, mean of %2 heads</source>
      <translation>第 %1 块，%2 个头的平均</translation>
    </message>
    <message>
      <source>Block %1, head %2</source>
      <translation>第 %1 块，第 %2 头</translation>
    </message>
    <message>
      <source>%1: %2 gives %3 of its attention to patches, at most %4 to one (an even share is %5)</source>
      <translation>%1：%2 把 %3 的注意力给了图像块，单个块最多 %4（平均分配为 %5）</translation>
    </message>
    <message>
      <source>block %1, mean of all heads</source>
      <translation>第 %1 块，所有头的平均</translation>
    </message>
    <message>
      <source>block %1, head %2</source>
      <translation>第 %1 块，第 %2 头</translation>
    </message>
    <message>
      <source>click: what does this patch look at?</source>
      <translation>点击：这个图像块关注什么？</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::BudgetBar</name>
    <message>
      <source>Trainable parameters against the budget</source>
      <translation>可训练参数与预算</translation>
    </message>
    <message>
      <source>block %1</source>
      <translation>第 %1 块</translation>
    </message>
    <message>
      <source>vectors</source>
      <translation>向量</translation>
    </message>
    <message>
      <source>class token</source>
      <translation>类别 token</translation>
    </message>
    <message>
      <source>%1 trainable parameters = %2 of the backbone</source>
      <translation>%1 个可训练参数 = 主干的 %2</translation>
    </message>
    <message>
      <source>   ✕ %1 over the budget of %2</source>
      <translation>   ✕ 超出预算 %2 共 %1</translation>
    </message>
    <message>
      <source>   ✓ %1 below the budget of %2</source>
      <translation>   ✓ 低于预算 %2 共 %1</translation>
    </message>
    <message>
      <source>blocks 0 … %1, left to right</source>
      <translation>从左到右为第 0 … %1 块</translation>
    </message>
    <message>
      <source>%1: %2 parameters, %3 of the trainable ones</source>
      <translation>%1：%2 个参数，占可训练参数的 %3</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::ChartGrid</name>
    <message>
      <source>epoch</source>
      <translation>轮</translation>
    </message>
    <message>
      <source>Loss</source>
      <translation>损失</translation>
    </message>
    <message>
      <source>cross-entropy</source>
      <translation>交叉熵</translation>
    </message>
    <message>
      <source>Accuracy</source>
      <translation>准确率</translation>
    </message>
    <message>
      <source>accuracy (%)</source>
      <translation>准确率 (%)</translation>
    </message>
    <message>
      <source>Learning rate</source>
      <translation>学习率</translation>
    </message>
    <message>
      <source>learning rate</source>
      <translation>学习率</translation>
    </message>
    <message>
      <source>Throughput</source>
      <translation>吞吐量</translation>
    </message>
    <message>
      <source>images/s</source>
      <translation>图像/秒</translation>
    </message>
    <message>
      <source>Memory</source>
      <translation>内存</translation>
    </message>
    <message>
      <source>MiB</source>
      <translation>MiB</translation>
    </message>
    <message>
      <source>training</source>
      <translation>训练</translation>
    </message>
    <message>
      <source>validation</source>
      <translation>验证</translation>
    </message>
    <message>
      <source>host</source>
      <translation>主机</translation>
    </message>
    <message>
      <source>GPU</source>
      <translation>GPU</translation>
    </message>
    <message>
      <source>step</source>
      <translation>步</translation>
    </message>
    <message>
      <source>minutes</source>
      <translation>分钟</translation>
    </message>
    <message>
      <source>validation mIoU</source>
      <translation>验证 mIoU</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::CommandPalette</name>
    <message>
      <source>Command palette</source>
      <translation>命令面板</translation>
    </message>
    <message>
      <source>What do you want to do?</source>
      <translation>想做什么？</translation>
    </message>
    <message>
      <source>Search the commands</source>
      <translation>搜索命令</translation>
    </message>
    <message>
      <source>Commands</source>
      <translation>命令</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::CompactView</name>
    <message>
      <source>Reorganised</source>
      <translation>重排</translation>
    </message>
    <message>
      <source>Compact sub-matrix</source>
      <translation>紧凑子矩阵</translation>
    </message>
    <message>
      <source>Rows and columns by their number of sensitive weights, or as stored</source>
      <translation>按敏感权重数排列行与列，或按存储顺序</translation>
    </message>
    <message>
      <source>Drag the red corner: another size of the box (Table 6). Ctrl+click: another quadrant (Table 7).</source>
      <translation>拖动红角：改变框的大小（表 6）。Ctrl+单击：另选象限（表 7）。</translation>
    </message>
    <message>
      <source>d̄ × k̄ = %1,  density %2</source>
      <translation>d̄ × k̄ = %1，密度 %2</translation>
    </message>
    <message>
      <source>,  %1 of the matrix's sensitivity in the box</source>
      <translation>，框内含该矩阵敏感度的 %1</translation>
    </message>
    <message>
      <source>No weight of this matrix is sensitive: there is no box</source>
      <translation>此矩阵没有敏感权重：没有框</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::ConfusionMatrix</name>
    <message>
      <source>Confusion matrix</source>
      <translation>混淆矩阵</translation>
    </message>
    <message>
      <source>predicted class</source>
      <translation>预测类别</translation>
    </message>
    <message>
      <source>true class</source>
      <translation>真实类别</translation>
    </message>
    <message>
      <source>%1 taken for %2: %3</source>
      <translation>%1 被当作 %2：%3</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::DistributionView</name>
    <message>
      <source>Sizes of the compact sub-matrices</source>
      <translation>紧凑子矩阵的大小</translation>
    </message>
    <message>
      <source>dotted: %1</source>
      <translation>点线：%1</translation>
    </message>
    <message>
      <source>%1: %2 rows, %3 columns</source>
      <translation>%1：%2 行，%3 列</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::GammaCurves</name>
    <message>
      <source>Trainable per cent and ranks against γ</source>
      <translation>可训练百分比与秩随 γ 的变化</translation>
    </message>
    <message>
      <source>What every γ would cost. Press or drag to choose one.</source>
      <translation>每个 γ 的代价。按下或拖动以选择。</translation>
    </message>
    <message>
      <source>trainable, %1</source>
      <translation>可训练，%1</translation>
    </message>
    <message>
      <source>Σ rank</source>
      <translation>Σ 秩</translation>
    </message>
    <message>
      <source>γ %1</source>
      <translation>γ %1</translation>
    </message>
    <message>
      <source>  trains %1</source>
      <translation>  训练 %1</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::GammaSlider</name>
    <message>
      <source>γ, share of the pool</source>
      <translation>γ，占池的比例</translation>
    </message>
    <message>
      <source>τ, number of weights</source>
      <translation>τ，权重个数</translation>
    </message>
    <message>
      <source>budget, trainable</source>
      <translation>预算，可训练</translation>
    </message>
    <message>
      <source>How to say how much is sensitive</source>
      <translation>如何说明敏感的多少</translation>
    </message>
    <message>
      <source>Amount, logarithmic</source>
      <translation>数量，对数</translation>
    </message>
    <message>
      <source>Amount</source>
      <translation>数量</translation>
    </message>
    <message>
      <source>γ %1   τ %2   trains %3 = %4</source>
      <translation>γ %1   τ %2   训练 %3 = %4</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::HeatMapView</name>
    <message>
      <source>Reading …</source>
      <translation>正在读取 …</translation>
    </message>
    <message>
      <source>columns (output features)</source>
      <translation>列（输出特征）</translation>
    </message>
    <message>
      <source>columns, reordered</source>
      <translation>列，已重排</translation>
    </message>
    <message>
      <source>rows (input features)</source>
      <translation>行（输入特征）</translation>
    </message>
    <message>
      <source>rows, reordered</source>
      <translation>行，已重排</translation>
    </message>
    <message>
      <source>Heat map</source>
      <translation>热图</translation>
    </message>
    <message>
      <source>Wheel or + and − zoom, Shift and dragging zooms into a rectangle, dragging or the arrow keys move, a double click or 0 shows the whole matrix. Space starts a cross-hair that the arrow keys move. The ends of the colour bar can be dragged, or moved by the keys [ ] and { }; R resets them.</source>
      <translation>滚轮或 + 与 − 缩放，Shift 加拖动放大到矩形，拖动或方向键平移，双击或 0 显示整个矩阵。空格开始十字线，由方向键移动。色条两端可拖动，或用 [ ] 与 { } 键移动；R 复位。</translation>
    </message>
    <message>
      <source>Heat map of %1</source>
      <translation>%1 的热图</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::Histogram</name>
    <message>
      <source>Class histogram</source>
      <translation>类别直方图</translation>
    </message>
    <message>
      <source>class</source>
      <translation>类别</translation>
    </message>
    <message>
      <source>class (number; names on hover)</source>
      <translation>类别（编号；悬停显示名称）</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::Inspector</name>
    <message>
      <source>Inspector</source>
      <translation>检查器</translation>
    </message>
    <message>
      <source>rows d</source>
      <translation>行 d</translation>
    </message>
    <message>
      <source>columns k</source>
      <translation>列 k</translation>
    </message>
    <message>
      <source>weights</source>
      <translation>权重</translation>
    </message>
    <message>
      <source>d × k</source>
      <translation>d × k</translation>
    </message>
    <message>
      <source>sensitive</source>
      <translation>敏感</translation>
    </message>
    <message>
      <source>d̄ × k̄</source>
      <translation>d̄ × k̄</translation>
    </message>
    <message>
      <source>density</source>
      <translation>密度</translation>
    </message>
    <message>
      <source>treatment</source>
      <translation>处理</translation>
    </message>
    <message>
      <source>rank r</source>
      <translation>秩 r</translation>
    </message>
    <message>
      <source>trainable</source>
      <translation>可训练</translation>
    </message>
    <message>
      <source>adapted box</source>
      <translation>适配的框</translation>
    </message>
    <message>
      <source>Σs in the box</source>
      <translation>框内 Σs</translation>
    </message>
    <message>
      <source>sensitive weights by row, sorted</source>
      <translation>各行的敏感权重，已排序</translation>
    </message>
    <message>
      <source>singular values of A·B</source>
      <translation>A·B 的奇异值</translation>
    </message>
    <message>
      <source>No matrix selected</source>
      <translation>未选矩阵</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::JobBar</name>
    <message>
      <source>Job</source>
      <translation>作业</translation>
    </message>
    <message>
      <source>Log</source>
      <translation>日志</translation>
    </message>
    <message>
      <source>Show or hide the log</source>
      <translation>显示或隐藏日志</translation>
    </message>
    <message>
      <source>starting</source>
      <translation>正在启动</translation>
    </message>
    <message>
      <source>paused</source>
      <translation>已暂停</translation>
    </message>
    <message>
      <source>saving and stopping</source>
      <translation>正在保存并停止</translation>
    </message>
    <message>
      <source>done</source>
      <translation>完成</translation>
    </message>
    <message>
      <source>stopped</source>
      <translation>已停止</translation>
    </message>
    <message>
      <source>failed</source>
      <translation>失败</translation>
    </message>
    <message>
      <source>running</source>
      <translation>运行中</translation>
    </message>
    <message>
      <source>%1 of %2</source>
      <translation>%1 / %2</translation>
    </message>
    <message>
      <source>working</source>
      <translation>进行中</translation>
    </message>
    <message>
      <source>Resume</source>
      <translation>恢复</translation>
    </message>
    <message>
      <source>Pause</source>
      <translation>暂停</translation>
    </message>
    <message>
      <source>Go on with the job</source>
      <translation>继续作业</translation>
    </message>
    <message>
      <source>Hold the job; it keeps its memory</source>
      <translation>暂停作业；内存保留</translation>
    </message>
    <message>
      <source>Dismiss</source>
      <translation>关闭</translation>
    </message>
    <message>
      <source>Stop and save</source>
      <translation>停止并保存</translation>
    </message>
    <message>
      <source>Hide this bar</source>
      <translation>隐藏此栏</translation>
    </message>
    <message>
      <source>Write a checkpoint and stop; the job can be resumed</source>
      <translation>写检查点后停止；作业可以恢复</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::LiveChart</name>
    <message>
      <source>no values yet</source>
      <translation>尚无数值</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::LogPane</name>
    <message>
      <source>Log</source>
      <translation>日志</translation>
    </message>
    <message>
      <source>Find in the log</source>
      <translation>在日志中查找</translation>
    </message>
    <message>
      <source>Next</source>
      <translation>下一个</translation>
    </message>
    <message>
      <source>Next match (Return)</source>
      <translation>下一个匹配（回车）</translation>
    </message>
    <message>
      <source>Previous</source>
      <translation>上一个</translation>
    </message>
    <message>
      <source>Previous match</source>
      <translation>上一个匹配</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::ProfileView</name>
    <message>
      <source>Share of sensitive weights by row and by column</source>
      <translation>各行与各列的敏感权重比例</translation>
    </message>
    <message>
      <source>%1 %2: %3, %4</source>
      <translation>%1 %2：%3，%4</translation>
    </message>
    <message>
      <source>row</source>
      <translation>行</translation>
    </message>
    <message>
      <source>column</source>
      <translation>列</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::RankModel</name>
    <message>
      <source>Edited by hand. Largest rank: %1</source>
      <translation>已手动修改。最大秩：%1</translation>
    </message>
    <message>
      <source>From the strategy %1. Double click or F2 edits it; largest rank: %2</source>
      <translation>来自策略 %1。双击或 F2 修改；最大秩：%2</translation>
    </message>
    <message>
      <source>matrix</source>
      <translation>矩阵</translation>
    </message>
    <message>
      <source>d × k</source>
      <translation>d × k</translation>
    </message>
    <message>
      <source>d̄ × k̄</source>
      <translation>d̄ × k̄</translation>
    </message>
    <message>
      <source>sensitive</source>
      <translation>敏感</translation>
    </message>
    <message>
      <source>density</source>
      <translation>密度</translation>
    </message>
    <message>
      <source>rank</source>
      <translation>秩</translation>
    </message>
    <message>
      <source>treatment</source>
      <translation>处理</translation>
    </message>
    <message>
      <source>parameters</source>
      <translation>参数</translation>
    </message>
    <message>
      <source>Input features (rows) × output features (columns)</source>
      <translation>输入特征（行）× 输出特征（列）</translation>
    </message>
    <message>
      <source>Rows and columns with at least one sensitive weight</source>
      <translation>至少含一个敏感权重的行与列</translation>
    </message>
    <message>
      <source>Σm: weights among the most sensitive of the pool</source>
      <translation>Σm：属于池中最敏感者的权重</translation>
    </message>
    <message>
      <source>Σm / (d̄·k̄)</source>
      <translation>Σm / (d̄·k̄)</translation>
    </message>
    <message>
      <source>Rank r of A·B. Bold: edited by hand</source>
      <translation>A·B 的秩 r。粗体：手动修改</translation>
    </message>
    <message>
      <source>low-rank: A·B on the box; masked: the sensitive weights themselves; frozen: unchanged</source>
      <translation>low-rank：框上的 A·B；masked：敏感权重本身；frozen：不变</translation>
    </message>
    <message>
      <source>Trainable parameters: r·(rows + columns) of the box, or Σm where masked</source>
      <translation>可训练参数：框的 r·（行 + 列），masked 时为 Σm</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::RankTable</name>
    <message>
      <source>Matrices and their ranks</source>
      <translation>矩阵及其秩</translation>
    </message>
    <message>
      <source>Copy rows</source>
      <translation>复制行</translation>
    </message>
    <message>
      <source>Paste ranks</source>
      <translation>粘贴秩</translation>
    </message>
    <message>
      <source>Fill down</source>
      <translation>向下填充</translation>
    </message>
    <message>
      <source>Lock at this rank</source>
      <translation>锁定为此秩</translation>
    </message>
    <message>
      <source>Back to the strategy</source>
      <translation>交还策略</translation>
    </message>
    <message>
      <source>Select two or more rows to fill down.</source>
      <translation>请选择两行或更多行来向下填充。</translation>
    </message>
    <message>
      <source>there is no row left for it; %1 rows are shown</source>
      <translation>没有剩余的行可放；显示了 %1 行</translation>
    </message>
    <message>
      <source>there is no matrix of that name; expected a name and a rank, or ranks alone</source>
      <translation>没有这个名称的矩阵；应为名称与秩，或仅有秩</translation>
    </message>
    <message>
      <source>'%1' is no rank; expected a whole number from 0</source>
      <translation>“%1”不是秩；应为从 0 起的整数</translation>
    </message>
    <message>
      <source>rank %1 is more than %2, the smaller side of the box</source>
      <translation>秩 %1 超过框的较短边 %2</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::RunList</name>
    <message>
      <source>Runs</source>
      <translation>运行</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::RunModel</name>
    <message>
      <source>run</source>
      <translation>运行</translation>
    </message>
    <message>
      <source>method</source>
      <translation>方法</translation>
    </message>
    <message>
      <source>state</source>
      <translation>状态</translation>
    </message>
    <message>
      <source>epoch</source>
      <translation>轮</translation>
    </message>
    <message>
      <source>accuracy</source>
      <translation>准确率</translation>
    </message>
    <message>
      <source>trainable</source>
      <translation>可训练</translation>
    </message>
    <message>
      <source>tags</source>
      <translation>标签</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::SmallMultiples</name>
    <message>
      <source>All matrices, blocks by kinds</source>
      <translation>所有矩阵，块按类型</translation>
    </message>
    <message>
      <source>block %1, %2: %3</source>
      <translation>第 %1 块，%2：%3</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::StageRail</name>
    <message>
      <source>Stops of the road</source>
      <translation>路线的各站</translation>
    </message>
    <message>
      <source>%1, %2</source>
      <translation>%1，%2</translation>
    </message>
    <message>
      <source>%1 (Ctrl+%2): %3</source>
      <translation>%1 (Ctrl+%2)：%3</translation>
    </message>
  </context>
  <context>
    <name>cdra::widgets::ThumbnailGrid</name>
    <message>
      <source>Images</source>
      <translation>图像</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::AttentionPanel</name>
    <message>
      <source>Number of the image</source>
      <translation>图像编号</translation>
    </message>
    <message>
      <source>&amp;Image</source>
      <translation>图像(&amp;I)</translation>
    </message>
    <message>
      <source>&amp;File…</source>
      <translation>文件(&amp;F)…</translation>
    </message>
    <message>
      <source>Look at an image file</source>
      <translation>查看图像文件</translation>
    </message>
    <message>
      <source>Any image; it can be dropped here, too.</source>
      <translation>任意图像；也可以拖到这里。</translation>
    </message>
    <message>
      <source>Name of the image</source>
      <translation>图像名称</translation>
    </message>
    <message>
      <source>Block</source>
      <translation>块</translation>
    </message>
    <message>
      <source>&amp;Block</source>
      <translation>块(&amp;B)</translation>
    </message>
    <message>
      <source>Head</source>
      <translation>头</translation>
    </message>
    <message>
      <source>&amp;Head</source>
      <translation>头(&amp;H)</translation>
    </message>
    <message>
      <source>Attention over the image</source>
      <translation>叠加在图像上的注意力</translation>
    </message>
    <message>
      <source>What is shown</source>
      <translation>显示的内容</translation>
    </message>
    <message>
      <source>Open image</source>
      <translation>打开图像</translation>
    </message>
    <message>
      <source>Images (*.png *.jpg *.jpeg *.bmp *.ppm *.pgm *.webp);;All files (*)</source>
      <translation>图像 (*.png *.jpg *.jpeg *.bmp *.ppm *.pgm *.webp);;所有文件 (*)</translation>
    </message>
    <message>
      <source>What the heads look at can be seen when the run is done.</source>
      <translation>运行完成后可以查看各个头关注什么。</translation>
    </message>
    <message>
      <source>The worker computes what the heads look at…</source>
      <translation>工作进程正在计算各个头关注什么…</translation>
    </message>
    <message>
      <source>mean</source>
      <translation>平均</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::ChangesPanel</name>
    <message>
      <source>What the run changed, in short</source>
      <translation>运行的改变，概要</translation>
    </message>
    <message>
      <source>Changes by matrix</source>
      <translation>各矩阵的改变</translation>
    </message>
    <message>
      <source>matrix</source>
      <translation>矩阵</translation>
    </message>
    <message>
      <source>box</source>
      <translation>框</translation>
    </message>
    <message>
      <source>rank</source>
      <translation>秩</translation>
    </message>
    <message>
      <source>used</source>
      <translation>已用</translation>
    </message>
    <message>
      <source>effective</source>
      <translation>有效</translation>
    </message>
    <message>
      <source>‖ΔW‖</source>
      <translation>‖ΔW‖</translation>
    </message>
    <message>
      <source>Numerical rank: singular values that are not rounding</source>
      <translation>数值秩：不是舍入误差的奇异值个数</translation>
    </message>
    <message>
      <source>exp of the entropy of the singular values: how many of them matter</source>
      <translation>奇异值熵的 exp：有多少个起作用</translation>
    </message>
    <message>
      <source>Singular values of A·B</source>
      <translation>A·B 的奇异值</translation>
    </message>
    <message>
      <source>index</source>
      <translation>序号</translation>
    </message>
    <message>
      <source>σ</source>
      <translation>σ</translation>
    </message>
    <message>
      <source>What was changed is known when the run is done.</source>
      <translation>运行完成后才知道改变了什么。</translation>
    </message>
    <message>
      <source>Reading …</source>
      <translation>正在读取 …</translation>
    </message>
    <message>
      <source>This run's method multiplies no A·B: there is no spectrum to show.</source>
      <translation>此运行的方法没有 A·B：没有谱可显示。</translation>
    </message>
    <message>
      <source>%1 matrices changed by A·B, ‖ΔW‖ of all together %2</source>
      <translation>A·B 改变了 %1 个矩阵，总 ‖ΔW‖ 为 %2</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::ChartTools</name>
    <message>
      <source>Smoothing</source>
      <translation>平滑</translation>
    </message>
    <message>
      <source>How long the smoothed line remembers; the raw values stay faint beside it.</source>
      <translation>平滑曲线记忆的长度；原始值以浅色留在旁边。</translation>
    </message>
    <message>
      <source>&amp;log loss</source>
      <translation>对数损失(&amp;L)</translation>
    </message>
    <message>
      <source>Logarithmic loss</source>
      <translation>对数损失</translation>
    </message>
    <message>
      <source>Along the x axis</source>
      <translation>横轴</translation>
    </message>
    <message>
      <source>by epoch</source>
      <translation>按轮</translation>
    </message>
    <message>
      <source>by step</source>
      <translation>按步</translation>
    </message>
    <message>
      <source>by time</source>
      <translation>按时间</translation>
    </message>
    <message>
      <source>smoothing</source>
      <translation>平滑</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::CompactPage</name>
    <message>
      <source>Rows and columns in new order, so that all sensitive weights lie in one small box.</source>
      <translation>重新排列行与列，使所有敏感权重落入一个小框。</translation>
    </message>
    <message>
      <source>Export figures…</source>
      <translation>导出图…</translation>
    </message>
    <message>
      <source>Go to Sensitivity</source>
      <translation>前往“敏感度”</translation>
    </message>
    <message>
      <source>The reorganised matrix with its compact box</source>
      <translation>带紧凑框的重排矩阵</translation>
    </message>
    <message>
      <source>size of the box</source>
      <translation>框的大小</translation>
    </message>
    <message>
      <source>quadrant</source>
      <translation>象限</translation>
    </message>
    <message>
      <source>Sizes of all compact boxes</source>
      <translation>所有紧凑框的大小</translation>
    </message>
    <message>
      <source>Parts of the plan</source>
      <translation>方案的各部分</translation>
    </message>
    <message>
      <source>&amp;One matrix</source>
      <translation>单个矩阵(&amp;O)</translation>
    </message>
    <message>
      <source>All compact matrices</source>
      <translation>所有紧凑矩阵</translation>
    </message>
    <message>
      <source>&amp;Gallery</source>
      <translation>图库(&amp;G)</translation>
    </message>
    <message>
      <source>Co&amp;mpare</source>
      <translation>比较(&amp;M)</translation>
    </message>
    <message>
      <source>This matrix</source>
      <translation>此矩阵</translation>
    </message>
    <message>
      <source>Matrix d × k</source>
      <translation>矩阵 d × k</translation>
    </message>
    <message>
      <source>Box d̄ × k̄</source>
      <translation>框 d̄ × k̄</translation>
    </message>
    <message>
      <source>Sensitive</source>
      <translation>敏感</translation>
    </message>
    <message>
      <source>Density in the box</source>
      <translation>框内密度</translation>
    </message>
    <message>
      <source>Share of Σs in it</source>
      <translation>框内 Σs 占比</translation>
    </message>
    <message>
      <source>All matrices</source>
      <translation>所有矩阵</translation>
    </message>
    <message>
      <source>Mean d̄</source>
      <translation>d̄ 均值</translation>
    </message>
    <message>
      <source>Mean k̄</source>
      <translation>k̄ 均值</translation>
    </message>
    <message>
      <source>Mean density</source>
      <translation>密度均值</translation>
    </message>
    <message>
      <source>Without a box</source>
      <translation>没有框的</translation>
    </message>
    <message>
      <source>Which box is adapted</source>
      <translation>适配哪个框</translation>
    </message>
    <message>
      <source>Size scale</source>
      <translation>大小比例</translation>
    </message>
    <message>
      <source> ×</source>
      <translation> ×</translation>
    </message>
    <message>
      <source>Table 6: this times d̄ and k̄ of the sorted orders. 1.00 is the method.</source>
      <translation>表 6：排序后 d̄ 与 k̄ 的倍数。1.00 即本方法。</translation>
    </message>
    <message>
      <source>size scale</source>
      <translation>大小比例</translation>
    </message>
    <message>
      <source>&amp;Size</source>
      <translation>大小(&amp;S)</translation>
    </message>
    <message>
      <source>Quadrant</source>
      <translation>象限</translation>
    </message>
    <message>
      <source>10 — the method</source>
      <translation>10 — 本方法</translation>
    </message>
    <message>
      <source>00 — other rows</source>
      <translation>00 — 其余行</translation>
    </message>
    <message>
      <source>01 — the opposite</source>
      <translation>01 — 相反</translation>
    </message>
    <message>
      <source>11 — other columns</source>
      <translation>11 — 其余列</translation>
    </message>
    <message>
      <source>Table 7: sensitive rows × sensitive columns (10), other rows × sensitive columns (00),
other rows × other columns (01), sensitive rows × other columns (11).</source>
      <translation>表 7：敏感行 × 敏感列 (10)、其余行 × 敏感列 (00)、
其余行 × 其余列 (01)、敏感行 × 其余列 (11)。</translation>
    </message>
    <message>
      <source>&amp;Quadrant</source>
      <translation>象限(&amp;Q)</translation>
    </message>
    <message>
      <source>Rows are input features, columns output features. Sorted by how many sensitive weights they hold, every sensitive weight lies in the d̄ × k̄ corner: the red box, which alone is adapted.</source>
      <translation>行是输入特征，列是输出特征。按所含敏感权重数排序后，所有敏感权重都在 d̄ × k̄ 角内：红框，只有它被适配。</translation>
    </message>
    <message>
      <source>There is no plan to draw yet: compute the sensitivity first.</source>
      <translation>还没有可画的方案：请先计算敏感度。</translation>
    </message>
    <message>
      <source>Export Figures 2, 4 and 5 into a folder</source>
      <translation>把图 2、4、5 导出到文件夹</translation>
    </message>
    <message>
      <source>Working…</source>
      <translation>进行中…</translation>
    </message>
    <message>
      <source>The plan is being made.</source>
      <translation>正在制定方案。</translation>
    </message>
    <message>
      <source>No plan</source>
      <translation>没有方案</translation>
    </message>
    <message>
      <source>Needs a sensitivity map</source>
      <translation>需要敏感度图</translation>
    </message>
    <message>
      <source>The box is made of the weights that are sensitive to the task.</source>
      <translation>框由对任务敏感的权重构成。</translation>
    </message>
    <message>
      <source>none</source>
      <translation>无</translation>
    </message>
    <message>
      <source>%1 of %2</source>
      <translation>%1 / %2</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::ComparePanel</name>
    <message>
      <source>How far the two agree</source>
      <translation>两者一致的程度</translation>
    </message>
    <message>
      <source>&amp;Compare with…</source>
      <translation>与…比较(&amp;C)</translation>
    </message>
    <message>
      <source>Choose another map or plan</source>
      <translation>选择另一张图或方案</translation>
    </message>
    <message>
      <source>Another sensitivity map, of which a plan is made with this project's settings, or another plan.</source>
      <translation>另一张敏感度图（按本项目的设置制定方案），或另一个方案。</translation>
    </message>
    <message>
      <source>&amp;All matrices</source>
      <translation>全部矩阵(&amp;A)</translation>
    </message>
    <message>
      <source>Gallery of all matrices of both</source>
      <translation>两者全部矩阵的图库</translation>
    </message>
    <message>
      <source>Every matrix in this plan's order, its box in red: what both have, and what only one has.</source>
      <translation>每个矩阵按本方案的次序排列，方框为红色：哪些两者都有，哪些只有一方有。</translation>
    </message>
    <message>
      <source>All matrices of both plans</source>
      <translation>两个方案的全部矩阵</translation>
    </message>
    <message>
      <source>Agreement by matrix</source>
      <translation>各矩阵的一致程度</translation>
    </message>
    <message>
      <source>Profiles of this plan</source>
      <translation>本方案的剖面</translation>
    </message>
    <message>
      <source>Profiles of the other plan</source>
      <translation>另一方案的剖面</translation>
    </message>
    <message>
      <source>What the colours mean</source>
      <translation>颜色的含义</translation>
    </message>
    <message>
      <source>Sensitive weights of either</source>
      <translation>任一方的敏感权重</translation>
    </message>
    <message>
      <source>Sizes of the compact boxes of both</source>
      <translation>两者紧凑框的大小</translation>
    </message>
    <message>
      <source>Compare with another map or plan</source>
      <translation>与另一张图或方案比较</translation>
    </message>
    <message>
      <source>Maps and plans (*.h5);;All files (*)</source>
      <translation>图与方案 (*.h5);;所有文件 (*)</translation>
    </message>
    <message>
      <source>Reading %1 …</source>
      <translation>正在读取 %1 …</translation>
    </message>
    <message>
      <source>Two tasks, two estimators or two γ side by side: choose another map or plan of this model. A map is cut at this project's γ.</source>
      <translation>并排比较两个任务、两种估计或两个 γ：选择本模型的另一张图或方案。图按本项目的 γ 截取。</translation>
    </message>
    <message>
      <source>%1
%2 % of the weights of either are sensitive in both</source>
      <translation>%1
任一方的权重中有 %2 % 在两者中都敏感</translation>
    </message>
    <message>
      <source>agreement (%)</source>
      <translation>一致 (%)</translation>
    </message>
    <message>
      <source>Of %1 sensitive weights of either, %2 are sensitive in both (%3); %4 in this plan alone, %5 in %6 alone. γ %7 and %8.</source>
      <translation>任一方的 %1 个敏感权重中，%2 个在两者中都敏感 (%3)；%4 个仅在本方案，%5 个仅在 %6。γ 为 %7 与 %8。</translation>
    </message>
    <message>
      <source>this plan</source>
      <translation>本方案</translation>
    </message>
    <message>
      <source>%1
both %2, here %3, there %4 (agreement %5)</source>
      <translation>%1
两者 %2，仅此处 %3，仅彼处 %4（一致度 %5）</translation>
    </message>
    <message>
      <source>both %1</source>
      <translation>共有 %1</translation>
    </message>
    <message>
      <source>here %1</source>
      <translation>此处 %1</translation>
    </message>
    <message>
      <source>there %1</source>
      <translation>彼处 %1</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::DataPage</name>
    <message>
      <source>The images of the new task, with their classes.</source>
      <translation>新任务的图像及其类别。</translation>
    </message>
    <message>
      <source>Open folder…</source>
      <translation>打开文件夹…</translation>
    </message>
    <message>
      <source>Data folder</source>
      <translation>数据文件夹</translation>
    </message>
    <message>
      <source>Folder of images or of a known layout</source>
      <translation>图像文件夹，或已知布局的文件夹</translation>
    </message>
    <message>
      <source>Layout</source>
      <translation>布局</translation>
    </message>
    <message>
      <source>recognise the layout</source>
      <translation>自动识别布局</translation>
    </message>
    <message>
      <source>&amp;Folder</source>
      <translation>文件夹(&amp;F)</translation>
    </message>
    <message>
      <source>data layout</source>
      <translation>数据布局</translation>
    </message>
    <message>
      <source>Data in short</source>
      <translation>数据概要</translation>
    </message>
    <message>
      <source>Splits</source>
      <translation>划分</translation>
    </message>
    <message>
      <source>Split</source>
      <translation>划分</translation>
    </message>
    <message>
      <source>Images</source>
      <translation>图像</translation>
    </message>
    <message>
      <source>Classes</source>
      <translation>类别</translation>
    </message>
    <message>
      <source>Images per class</source>
      <translation>每类图像数</translation>
    </message>
    <message>
      <source>Training images</source>
      <translation>训练图像</translation>
    </message>
    <message>
      <source>all</source>
      <translation>全部</translation>
    </message>
    <message>
      <source>So many training images by a seeded permutation: four fifths to tune on, one fifth to validate.</source>
      <translation>按带种子的排列取这么多训练图像：五分之四用于调参，五分之一用于验证。</translation>
    </message>
    <message>
      <source>Test images</source>
      <translation>测试图像</translation>
    </message>
    <message>
      <source>Seed of the choice</source>
      <translation>选择的种子</translation>
    </message>
    <message>
      <source>Trai&amp;ning images</source>
      <translation>训练图像(&amp;N)</translation>
    </message>
    <message>
      <source>T&amp;est images</source>
      <translation>测试图像(&amp;E)</translation>
    </message>
    <message>
      <source>See&amp;d</source>
      <translation>种子(&amp;D)</translation>
    </message>
    <message>
      <source>training images</source>
      <translation>训练图像</translation>
    </message>
    <message>
      <source>test images</source>
      <translation>测试图像</translation>
    </message>
    <message>
      <source>data seed</source>
      <translation>数据种子</translation>
    </message>
    <message>
      <source>Image size</source>
      <translation>图像大小</translation>
    </message>
    <message>
      <source> px</source>
      <translation> px</translation>
    </message>
    <message>
      <source>image size</source>
      <translation>图像大小</translation>
    </message>
    <message>
      <source>&amp;Image size</source>
      <translation>图像大小(&amp;I)</translation>
    </message>
    <message>
      <source>Whether the image size fits the model</source>
      <translation>图像尺寸是否适合模型</translation>
    </message>
    <message>
      <source>Resizing</source>
      <translation>缩放</translation>
    </message>
    <message>
      <source>squash to the square</source>
      <translation>压成正方形</translation>
    </message>
    <message>
      <source>short side, then centre crop</source>
      <translation>按短边缩放后居中裁剪</translation>
    </message>
    <message>
      <source>resizing</source>
      <translation>缩放</translation>
    </message>
    <message>
      <source>&amp;Resizing</source>
      <translation>缩放(&amp;R)</translation>
    </message>
    <message>
      <source>Augmentation</source>
      <translation>数据增强</translation>
    </message>
    <message>
      <source>none</source>
      <translation>无</translation>
    </message>
    <message>
      <source>flip</source>
      <translation>翻转</translation>
    </message>
    <message>
      <source>random crop and flip</source>
      <translation>随机裁剪并翻转</translation>
    </message>
    <message>
      <source>augmentation</source>
      <translation>数据增强</translation>
    </message>
    <message>
      <source>&amp;Augmentation</source>
      <translation>数据增强(&amp;A)</translation>
    </message>
    <message>
      <source>as pretrained (%1 px)</source>
      <translation>与预训练相同（%1 像素）</translation>
    </message>
    <message>
      <source>as pretrained</source>
      <translation>与预训练相同</translation>
    </message>
    <message>
      <source>%1 px are no whole number of the model's patches of %2 px: take %3 or %4</source>
      <translation>%1 像素不是模型图块边长（%2 像素）的整数倍：请取 %3 或 %4</translation>
    </message>
    <message>
      <source>%1 px are less than the model's patch of %2 px: take %3</source>
      <translation>%1 像素小于模型的图块边长（%2 像素）：请取 %3</translation>
    </message>
    <message>
      <source>Settings are chosen on the training and validation images. Under the honest protocol the test images are read once, after everything is chosen.</source>
      <translation>设置在训练与验证图像上选定。按诚实规程，测试图像只在一切选定后读取一次。</translation>
    </message>
    <message>
      <source>Open data folder</source>
      <translation>打开数据文件夹</translation>
    </message>
    <message>
      <source>choose the data</source>
      <translation>选择数据</translation>
    </message>
    <message>
      <source>Reading the images' index…</source>
      <translation>正在读取图像索引…</translation>
    </message>
    <message>
      <source>This data can't be used</source>
      <translation>此数据无法使用</translation>
    </message>
    <message>
      <source>The line above says why. Most often a folder is wanted that holds one folder of images for each class.</source>
      <translation>原因见上一行。通常需要的是这样的文件夹：其中每个类别各有一个图像文件夹。</translation>
    </message>
    <message>
      <source>Open another…</source>
      <translation>打开其他…</translation>
    </message>
    <message>
      <source>No data yet</source>
      <translation>还没有数据</translation>
    </message>
    <message>
      <source>Open or drop a folder. Known layouts: %1. Each is recognised by the files it holds.</source>
      <translation>打开或拖入文件夹。已知布局：%1。各布局由其中的文件识别。</translation>
    </message>
    <message>
      <source>%1 · %2 classes · %3 images</source>
      <translation>%1 · %2 类 · %3 张图像</translation>
    </message>
    <message>
      <source>The folder has no splits. Made here: of each class three fifths train, one fifth val, one fifth test, by the seed.</source>
      <translation>该文件夹没有划分。此处按种子划分：每个类别五分之三用于训练，五分之一用于验证，五分之一用于测试。</translation>
    </message>
    <message>
      <source>Pixels per class, in the %1 images below</source>
      <translation>各类别像素数（下面 %1 张图像）</translation>
    </message>
    <message>
      <source>pixels</source>
      <translation>像素</translation>
    </message>
    <message>
      <source>images</source>
      <translation>图像</translation>
    </message>
    <message>
      <source>Check e&amp;very file</source>
      <translation>检查每个文件(&amp;V)</translation>
    </message>
    <message>
      <source>Check every file</source>
      <translation>检查每个文件</translation>
    </message>
    <message>
      <source>Decodes every image of every split and names those that are missing or damaged.</source>
      <translation>解码各划分的每张图像，列出缺失或损坏者。</translation>
    </message>
    <message>
      <source>Outcome of the check</source>
      <translation>检查结果</translation>
    </message>
    <message>
      <source>Files that can't be read</source>
      <translation>无法读取的文件</translation>
    </message>
    <message>
      <source>File</source>
      <translation>文件</translation>
    </message>
    <message>
      <source>What is wrong</source>
      <translation>问题</translation>
    </message>
    <message>
      <source>reading every file…</source>
      <translation>正在读取每个文件…</translation>
    </message>
    <message>
      <source>✓ every file can be read</source>
      <translation>✓ 每个文件都能读取</translation>
    </message>
    <message>
      <source>✕ files that can't be read: %1</source>
      <translation>✕ 无法读取的文件：%1</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::ExportPanel</name>
    <message>
      <source>Folder to export into</source>
      <translation>导出到的文件夹</translation>
    </message>
    <message>
      <source>Folder to export into; made if it does not exist</source>
      <translation>导出到的文件夹；不存在则新建</translation>
    </message>
    <message>
      <source>Browse…</source>
      <translation>浏览…</translation>
    </message>
    <message>
      <source>Choose the folder</source>
      <translation>选择文件夹</translation>
    </message>
    <message>
      <source>Export into</source>
      <translation>导出到</translation>
    </message>
    <message>
      <source>Tensor names of the merged checkpoint</source>
      <translation>合并检查点的张量命名</translation>
    </message>
    <message>
      <source>timm names</source>
      <translation>timm 命名</translation>
    </message>
    <message>
      <source>Hugging Face names</source>
      <translation>Hugging Face 命名</translation>
    </message>
    <message>
      <source>&amp;Figures</source>
      <translation>图(&amp;F)</translation>
    </message>
    <message>
      <source>Figures 2, 4 and 5 of the run's plan: PNG, SVG, PDF and their numbers as CSV.</source>
      <translation>该运行方案的图 2、4、5：PNG、SVG、PDF，数据为 CSV。</translation>
    </message>
    <message>
      <source>&amp;Curves</source>
      <translation>曲线(&amp;C)</translation>
    </message>
    <message>
      <source>Loss, accuracy, learning rate, throughput and memory: PNG, SVG, PDF and their numbers as CSV.</source>
      <translation>损失、准确率、学习率、吞吐量与内存：PNG、SVG、PDF，数据为 CSV。</translation>
    </message>
    <message>
      <source>&amp;Results file</source>
      <translation>结果文件(&amp;R)</translation>
    </message>
    <message>
      <source>results.h5 in the NeXus layout: opens in silx, h5py and xarray.</source>
      <translation>NeXus 布局的 results.h5：可用 silx、h5py 和 xarray 打开。</translation>
    </message>
    <message>
      <source>&amp;Adapter</source>
      <translation>适配器(&amp;A)</translation>
    </message>
    <message>
      <source>adapter.safetensors: only what was trained.</source>
      <translation>adapter.safetensors：仅含训练过的部分。</translation>
    </message>
    <message>
      <source>Names of the model the peft adapter is loaded on</source>
      <translation>加载 peft 适配器的模型的命名</translation>
    </message>
    <message>
      <source>&amp;peft adapter</source>
      <translation>peft 适配器(&amp;P)</translation>
    </message>
    <message>
      <source>A folder that Python's peft loads without any code of ours.</source>
      <translation>Python 的 peft 无需本项目代码即可加载的文件夹。</translation>
    </message>
    <message>
      <source>&amp;Merged checkpoint</source>
      <translation>合并的检查点(&amp;M)</translation>
    </message>
    <message>
      <source>model.safetensors with the change added in: as fast as the base model.</source>
      <translation>已加上改变量的 model.safetensors：与基础模型一样快。</translation>
    </message>
    <message>
      <source>Outcome of the export</source>
      <translation>导出的结果</translation>
    </message>
    <message>
      <source>&amp;Open folder</source>
      <translation>打开文件夹(&amp;O)</translation>
    </message>
    <message>
      <source>Open the folder</source>
      <translation>打开文件夹</translation>
    </message>
    <message>
      <source>%1 written: %2</source>
      <translation>已写入%1：%2</translation>
    </message>
    <message>
      <source>%1 was not written: %2</source>
      <translation>未写入%1：%2</translation>
    </message>
    <message>
      <source>Figures 2, 4 and 5 written: %1</source>
      <translation>已写入图 2、4、5：%1</translation>
    </message>
    <message>
      <source>Name a folder to export into.</source>
      <translation>请指定导出文件夹。</translation>
    </message>
    <message>
      <source>The folder %1 can't be made: choose another.</source>
      <translation>无法建立文件夹 %1：请另选。</translation>
    </message>
    <message>
      <source>%1 has no plan, hence no such figures: its method adapts no compact box.</source>
      <translation>%1 没有方案，因此没有这些图：其方法不适配紧凑框。</translation>
    </message>
    <message>
      <source>Drawing…</source>
      <translation>正在绘制…</translation>
    </message>
    <message>
      <source>Curves written: %1</source>
      <translation>已写入曲线：%1</translation>
    </message>
    <message>
      <source>Adapter</source>
      <translation>适配器</translation>
    </message>
    <message>
      <source>peft adapter</source>
      <translation>peft 适配器</translation>
    </message>
    <message>
      <source>Merging…</source>
      <translation>正在合并…</translation>
    </message>
    <message>
      <source>Merged checkpoint</source>
      <translation>合并的检查点</translation>
    </message>
    <message>
      <source>%1 has no results yet: let it finish.</source>
      <translation>%1 还没有结果：请等它完成。</translation>
    </message>
    <message>
      <source>Copying…</source>
      <translation>正在复制…</translation>
    </message>
    <message>
      <source>%1 can't be written: is the disk full?</source>
      <translation>无法写入 %1：磁盘满了吗？</translation>
    </message>
    <message>
      <source>%1 can't be written.</source>
      <translation>无法写入 %1。</translation>
    </message>
    <message>
      <source>Results written: %1</source>
      <translation>已写入结果：%1</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::JobClient</name>
    <message>
      <source>the worker ended before it began</source>
      <translation>工作进程在开始前就结束了</translation>
    </message>
    <message>
      <source>checkpoint at step %1%2</source>
      <translation>第 %1 步的检查点%2</translation>
    </message>
    <message>
      <source> (best so far)</source>
      <translation>（迄今最佳）</translation>
    </message>
    <message>
      <source>error: %1 %2</source>
      <translation>错误：%1 %2</translation>
    </message>
    <message>
      <source>stopped at step %1</source>
      <translation>在第 %1 步停止</translation>
    </message>
    <message>
      <source>paused at step %1</source>
      <translation>在第 %1 步暂停</translation>
    </message>
    <message>
      <source>resumed from step %1</source>
      <translation>从第 %1 步恢复</translation>
    </message>
    <message>
      <source>done after %1 s</source>
      <translation>%1 秒后完成</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::MachineLoad</name>
    <message>
      <source>processors %1</source>
      <translation>处理器 %1</translation>
    </message>
    <message>
      <source>memory %1 of %2</source>
      <translation>内存 %1 / %2</translation>
    </message>
    <message>
      <source>GPU%1 %2, %3 of %4</source>
      <translation>GPU%1 %2，%3 / %4</translation>
    </message>
    <message>
      <source>this machine: %1</source>
      <translation>本机：%1</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::MainWindow</name>
    <message>
      <source>before opening another project</source>
      <translation>在打开另一个项目之前</translation>
    </message>
    <message>
      <source>The road</source>
      <translation>路线</translation>
    </message>
    <message>
      <source>Project, model and data</source>
      <translation>项目、模型与数据</translation>
    </message>
    <message>
      <source>Notice</source>
      <translation>通知</translation>
    </message>
    <message>
      <source>Dismiss the notice</source>
      <translation>关闭通知</translation>
    </message>
    <message>
      <source>Dismiss</source>
      <translation>关闭</translation>
    </message>
    <message>
      <source>Log of the job</source>
      <translation>作业日志</translation>
    </message>
    <message>
      <source>Inspector of the selected matrix</source>
      <translation>所选矩阵的检查器</translation>
    </message>
    <message>
      <source>History of changes</source>
      <translation>更改历史</translation>
    </message>
    <message>
      <source>as opened</source>
      <translation>打开时</translation>
    </message>
    <message>
      <source>Every change in order; choose one to go back to it, or forth.</source>
      <translation>按顺序列出每次更改；选一项即可回到或前往该处。</translation>
    </message>
    <message>
      <source>Running job</source>
      <translation>运行中的作业</translation>
    </message>
    <message>
      <source>Search all commands</source>
      <translation>搜索所有命令</translation>
    </message>
    <message>
      <source>⌕  Ctrl+K</source>
      <translation>⌕  Ctrl+K</translation>
    </message>
    <message>
      <source>Search all commands, settings and matrices (Ctrl+K)</source>
      <translation>搜索所有命令、设置与矩阵 (Ctrl+K)</translation>
    </message>
    <message>
      <source>The project can't be opened: %1</source>
      <translation>无法打开项目：%1</translation>
    </message>
    <message>
      <source>Unsaved work</source>
      <translation>未保存的工作</translation>
    </message>
    <message>
      <source>A window ended unexpectedly with unsaved work on %1 (%2).</source>
      <translation>一个窗口意外结束，%1 的工作尚未保存 (%2)。</translation>
    </message>
    <message>
      <source>an untitled project</source>
      <translation>未命名项目</translation>
    </message>
    <message>
      <source>Recovering opens it as it was; you can still undo back to the saved project.</source>
      <translation>恢复后与当时一样；仍可撤销到已保存的项目。</translation>
    </message>
    <message>
      <source>&amp;Recover</source>
      <translation>恢复(&amp;R)</translation>
    </message>
    <message>
      <source>&amp;Discard</source>
      <translation>丢弃(&amp;D)</translation>
    </message>
    <message>
      <source>&amp;Later</source>
      <translation>以后(&amp;L)</translation>
    </message>
    <message>
      <source>The unsaved work can't be recovered: %1</source>
      <translation>无法恢复未保存的工作：%1</translation>
    </message>
    <message>
      <source>before beginning a new project</source>
      <translation>在新建项目之前</translation>
    </message>
    <message>
      <source>Open project</source>
      <translation>打开项目</translation>
    </message>
    <message>
      <source>Projects (*.toml);;All files (*)</source>
      <translation>项目 (*.toml);;所有文件 (*)</translation>
    </message>
    <message>
      <source>The project was not saved: %1</source>
      <translation>项目未保存：%1</translation>
    </message>
    <message>
      <source>Save project</source>
      <translation>保存项目</translation>
    </message>
    <message>
      <source>Projects (*.toml)</source>
      <translation>项目 (*.toml)</translation>
    </message>
    <message>
      <source>Unsaved changes</source>
      <translation>未保存的更改</translation>
    </message>
    <message>
      <source>Save the changes to %1 %2?</source>
      <translation>%2，保存对 %1 的更改吗？</translation>
    </message>
    <message>
      <source>before closing</source>
      <translation>在关闭之前</translation>
    </message>
    <message>
      <source>A job is running</source>
      <translation>有作业在运行</translation>
    </message>
    <message>
      <source>%1 goes on when this window closes.</source>
      <translation>关闭此窗口后 %1 会继续。</translation>
    </message>
    <message>
      <source>Open the project again to see how it goes, or stop it now; stopping saves what it has.</source>
      <translation>再次打开项目可查看进展，也可现在停止；停止会保存已有的内容。</translation>
    </message>
    <message>
      <source>&amp;Close and leave it running</source>
      <translation>关闭并让它继续运行(&amp;C)</translation>
    </message>
    <message>
      <source>&amp;Stop it and close</source>
      <translation>停止并关闭(&amp;S)</translation>
    </message>
    <message>
      <source>select matrix</source>
      <translation>选择矩阵</translation>
    </message>
    <message>
      <source>%1 is not there any more.</source>
      <translation>%1 已不存在。</translation>
    </message>
    <message>
      <source>%1 is one image: drop the folder of all of them.</source>
      <translation>%1 只是一张图像：请拖入包含全部图像的文件夹。</translation>
    </message>
    <message>
      <source>choose the sensitivity map</source>
      <translation>选择敏感度图</translation>
    </message>
    <message>
      <source>choose the model</source>
      <translation>选择模型</translation>
    </message>
    <message>
      <source>choose the data</source>
      <translation>选择数据</translation>
    </message>
    <message>
      <source>Its results are on the Results page.</source>
      <translation>结果在“结果”页。</translation>
    </message>
    <message>
      <source>The map is on the Sensitivity page.</source>
      <translation>图在“敏感度”页。</translation>
    </message>
    <message>
      <source>Test accuracy %1 %.</source>
      <translation>测试准确率 %1 %。</translation>
    </message>
    <message>
      <source>%1 is done</source>
      <translation>%1 已完成</translation>
    </message>
    <message>
      <source>%1 failed</source>
      <translation>%1 失败</translation>
    </message>
    <message>
      <source>&amp;Edit</source>
      <translation>编辑(&amp;E)</translation>
    </message>
    <message>
      <source>&amp;Undo</source>
      <translation>撤销(&amp;U)</translation>
    </message>
    <message>
      <source>&amp;Redo</source>
      <translation>重做(&amp;R)</translation>
    </message>
    <message>
      <source>&amp;Find a command…</source>
      <translation>查找命令…(&amp;F)</translation>
    </message>
    <message>
      <source>&amp;File</source>
      <translation>文件(&amp;F)</translation>
    </message>
    <message>
      <source>&amp;New project</source>
      <translation>新建项目(&amp;N)</translation>
    </message>
    <message>
      <source>&amp;Open project…</source>
      <translation>打开项目…(&amp;O)</translation>
    </message>
    <message>
      <source>Open &amp;recent</source>
      <translation>最近打开(&amp;R)</translation>
    </message>
    <message>
      <source>Open &amp;checkpoint…</source>
      <translation>打开检查点…(&amp;C)</translation>
    </message>
    <message>
      <source>Open &amp;data…</source>
      <translation>打开数据…(&amp;D)</translation>
    </message>
    <message>
      <source>Re&amp;load from disk</source>
      <translation>从磁盘重新读取(&amp;L)</translation>
    </message>
    <message>
      <source>&amp;Save</source>
      <translation>保存(&amp;S)</translation>
    </message>
    <message>
      <source>Save &amp;as…</source>
      <translation>另存为…(&amp;A)</translation>
    </message>
    <message>
      <source>&amp;Export results…</source>
      <translation>导出结果…(&amp;E)</translation>
    </message>
    <message>
      <source>Export &amp;figures…</source>
      <translation>导出图…(&amp;F)</translation>
    </message>
    <message>
      <source>Resolution of &amp;pictures</source>
      <translation>图片分辨率(&amp;P)</translation>
    </message>
    <message>
      <source>%1 dots per inch</source>
      <translation>每英寸 %1 点</translation>
    </message>
    <message>
      <source>&amp;Quit</source>
      <translation>退出(&amp;Q)</translation>
    </message>
    <message>
      <source>none yet</source>
      <translation>还没有</translation>
    </message>
    <message>
      <source>&amp;View</source>
      <translation>视图(&amp;V)</translation>
    </message>
    <message>
      <source>&amp;Inspector</source>
      <translation>检查器(&amp;I)</translation>
    </message>
    <message>
      <source>&amp;Log</source>
      <translation>日志(&amp;L)</translation>
    </message>
    <message>
      <source>&amp;History of changes</source>
      <translation>更改历史(&amp;H)</translation>
    </message>
    <message>
      <source>&amp;Compare with another plan…</source>
      <translation>与另一方案比较…(&amp;C)</translation>
    </message>
    <message>
      <source>&amp;Theme</source>
      <translation>主题(&amp;T)</translation>
    </message>
    <message>
      <source>system</source>
      <translation>跟随系统</translation>
    </message>
    <message>
      <source>light</source>
      <translation>浅色</translation>
    </message>
    <message>
      <source>dark</source>
      <translation>深色</translation>
    </message>
    <message>
      <source>L&amp;anguage</source>
      <translation>语言(&amp;A)</translation>
    </message>
    <message>
      <source>The language changes when the program is opened again.</source>
      <translation>再次打开程序后语言才会改变。</translation>
    </message>
    <message>
      <source>as the desktop</source>
      <translation>与桌面相同</translation>
    </message>
    <message>
      <source>&amp;Run</source>
      <translation>运行(&amp;R)</translation>
    </message>
    <message>
      <source>Compute &amp;sensitivity</source>
      <translation>计算敏感度(&amp;S)</translation>
    </message>
    <message>
      <source>Start &amp;training</source>
      <translation>开始训练(&amp;T)</translation>
    </message>
    <message>
      <source>Add to the &amp;queue</source>
      <translation>加入队列(&amp;Q)</translation>
    </message>
    <message>
      <source>&amp;Pause</source>
      <translation>暂停(&amp;P)</translation>
    </message>
    <message>
      <source>S&amp;top and save</source>
      <translation>停止并保存(&amp;T)</translation>
    </message>
    <message>
      <source>&amp;Resume</source>
      <translation>恢复(&amp;R)</translation>
    </message>
    <message>
      <source>S&amp;weeps…</source>
      <translation>扫描实验(&amp;W)…</translation>
    </message>
    <message>
      <source>&amp;Help</source>
      <translation>帮助(&amp;H)</translation>
    </message>
    <message>
      <source>What the &amp;terms mean</source>
      <translation>术语说明(&amp;T)</translation>
    </message>
    <message>
      <source>&amp;About</source>
      <translation>关于(&amp;A)</translation>
    </message>
    <message>
      <source>About</source>
      <translation>关于</translation>
    </message>
    <message>
      <source>&lt;p&gt;&lt;b&gt;CDRA workbench&lt;/b&gt; %1&lt;/p&gt;&lt;p&gt;Sensitivity analysis and compact dynamic-rank fine-tuning of vision transformers.&lt;/p&gt;&lt;p&gt;GPL-3.0-or-later; the command cdra and its libraries Apache-2.0.&lt;/p&gt;</source>
      <translation>&lt;p&gt;&lt;b&gt;CDRA workbench&lt;/b&gt; %1&lt;/p&gt;&lt;p&gt;视觉 Transformer 的敏感度分析与紧凑动态秩微调。&lt;/p&gt;&lt;p&gt;GPL-3.0-or-later；命令 cdra 及其库为 Apache-2.0。&lt;/p&gt;</translation>
    </message>
    <message>
      <source>%1[*] — CDRA workbench</source>
      <translation>%1[*] — CDRA workbench</translation>
    </message>
    <message>
      <source> (%1 images)</source>
      <translation>（%1 张图像）</translation>
    </message>
    <message>
      <source>%1 failed: %2 %3</source>
      <translation>%1 失败：%2 %3</translation>
    </message>
    <message>
      <source>%1 ended without a word, perhaps for lack of memory. Resume it, or see its log.</source>
      <translation>%1 无声地结束了，也许是内存不足。请恢复它，或查看其日志。</translation>
    </message>
    <message>
      <source>loss %1</source>
      <translation>损失 %1</translation>
    </message>
    <message>
      <source>validation accuracy %1</source>
      <translation>验证准确率 %1</translation>
    </message>
    <message>
      <source>ended without a word</source>
      <translation>无声地结束了</translation>
    </message>
    <message>
      <source>&amp;Go on</source>
      <translation>继续(&amp;G)</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::MasksPanel</name>
    <message>
      <source>Masks in short</source>
      <translation>掩码概要</translation>
    </message>
    <message>
      <source>What is laid over the images</source>
      <translation>叠加在图像上的内容</translation>
    </message>
    <message>
      <source>predicted classes</source>
      <translation>预测类别</translation>
    </message>
    <message>
      <source>true classes</source>
      <translation>真实类别</translation>
    </message>
    <message>
      <source>wrong pixels</source>
      <translation>错误像素</translation>
    </message>
    <message>
      <source>&amp;Opacity</source>
      <translation>不透明度(&amp;O)</translation>
    </message>
    <message>
      <source>Opacity of what is laid over</source>
      <translation>叠加层的不透明度</translation>
    </message>
    <message>
      <source>Figures by class</source>
      <translation>各类别指标</translation>
    </message>
    <message>
      <source>class</source>
      <translation>类别</translation>
    </message>
    <message>
      <source>IoU</source>
      <translation>IoU</translation>
    </message>
    <message>
      <source>Dice</source>
      <translation>Dice</translation>
    </message>
    <message>
      <source>Images with their masks</source>
      <translation>带掩码的图像</translation>
    </message>
    <message>
      <source>The image chosen, with its mask</source>
      <translation>所选图像及其掩码</translation>
    </message>
    <message>
      <source>The image chosen</source>
      <translation>所选图像</translation>
    </message>
    <message>
      <source>%1 split: mIoU %2 over %3 classes</source>
      <translation>%1 划分：%3 个类别的 mIoU 为 %2</translation>
    </message>
    <message>
      <source>This run left no masks.</source>
      <translation>这次运行没有留下掩码。</translation>
    </message>
    <message>
      <source>%1 right</source>
      <translation>%1 正确</translation>
    </message>
    <message>
      <source>%1: %2 of the pixels right</source>
      <translation>%1：%2 的像素正确</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::MethodForm</name>
    <message>
      <source>Method</source>
      <translation>方法</translation>
    </message>
    <message>
      <source>&amp;Method</source>
      <translation>方法(&amp;M)</translation>
    </message>
    <message>
      <source>method</source>
      <translation>方法</translation>
    </message>
    <message>
      <source>The method %1 is not known: choose another.</source>
      <translation>未知方法 %1：请另选。</translation>
    </message>
    <message>
      <source>option %1</source>
      <translation>选项 %1</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::ModelPage</name>
    <message>
      <source>The pretrained vision transformer that is to be fine-tuned.</source>
      <translation>要微调的预训练视觉 Transformer。</translation>
    </message>
    <message>
      <source>Open checkpoint…</source>
      <translation>打开检查点…</translation>
    </message>
    <message>
      <source>Checkpoint path</source>
      <translation>检查点路径</translation>
    </message>
    <message>
      <source>Path of a checkpoint: .safetensors, .npz, .pth, .bin, or a folder that holds one</source>
      <translation>检查点路径：.safetensors、.npz、.pth、.bin，或包含它的文件夹</translation>
    </message>
    <message>
      <source>&amp;Checkpoint</source>
      <translation>检查点(&amp;C)</translation>
    </message>
    <message>
      <source>Folder…</source>
      <translation>文件夹…</translation>
    </message>
    <message>
      <source>Choose a folder that holds a checkpoint</source>
      <translation>选择含有检查点的文件夹</translation>
    </message>
    <message>
      <source>A folder as Hugging Face has it: model.safetensors or its shards, and config.json.</source>
      <translation>Hugging Face 格式的文件夹：model.safetensors 或其分片，以及 config.json。</translation>
    </message>
    <message>
      <source>Open checkpoint folder</source>
      <translation>打开检查点文件夹</translation>
    </message>
    <message>
      <source>Facts</source>
      <translation>概况</translation>
    </message>
    <message>
      <source>Architecture</source>
      <translation>结构</translation>
    </message>
    <message>
      <source>Format</source>
      <translation>格式</translation>
    </message>
    <message>
      <source>Blocks</source>
      <translation>块</translation>
    </message>
    <message>
      <source>Widths</source>
      <translation>宽度</translation>
    </message>
    <message>
      <source>Positions</source>
      <translation>位置</translation>
    </message>
    <message>
      <source>Backbone</source>
      <translation>主干</translation>
    </message>
    <message>
      <source>How it is used</source>
      <translation>如何使用</translation>
    </message>
    <message>
      <source>Pooling</source>
      <translation>池化</translation>
    </message>
    <message>
      <source>class token</source>
      <translation>类别 token</translation>
    </message>
    <message>
      <source>mean of the patches</source>
      <translation>图块均值</translation>
    </message>
    <message>
      <source>class token and mean</source>
      <translation>类别 token 与均值</translation>
    </message>
    <message>
      <source>What the head looks at: the class token, the mean over all patch tokens, or both.</source>
      <translation>分类头所看的：类别 token、所有图块 token 的均值，或两者。</translation>
    </message>
    <message>
      <source>pooling</source>
      <translation>池化</translation>
    </message>
    <message>
      <source>&amp;Pooling</source>
      <translation>池化(&amp;P)</translation>
    </message>
    <message>
      <source>Position resampling</source>
      <translation>位置重采样</translation>
    </message>
    <message>
      <source>by the checkpoint's naming</source>
      <translation>按检查点的命名</translation>
    </message>
    <message>
      <source>timm (antialiased)</source>
      <translation>timm（抗锯齿）</translation>
    </message>
    <message>
      <source>Hugging Face</source>
      <translation>Hugging Face</translation>
    </message>
    <message>
      <source>How position embeddings are resized where the image size differs from pretraining.</source>
      <translation>图像大小与预训练不同时如何缩放位置嵌入。</translation>
    </message>
    <message>
      <source>position resampling</source>
      <translation>位置重采样</translation>
    </message>
    <message>
      <source>P&amp;ositions</source>
      <translation>位置(&amp;O)</translation>
    </message>
    <message>
      <source>Decoder of a segmentation</source>
      <translation>分割解码器</translation>
    </message>
    <message>
      <source>linear: one 1 × 1 convolution</source>
      <translation>linear：一个 1 × 1 卷积</translation>
    </message>
    <message>
      <source>fpn: a pyramid over four layers</source>
      <translation>fpn：四层特征金字塔</translation>
    </message>
    <message>
      <source>The head of a segmentation, on the patch tokens. Data with one class an image does not need it.</source>
      <translation>分割任务的头，作用于图像块标记。每张图像只有一个类别的数据不需要它。</translation>
    </message>
    <message>
      <source>decoder</source>
      <translation>解码器</translation>
    </message>
    <message>
      <source>&amp;Decoder</source>
      <translation>解码器(&amp;D)</translation>
    </message>
    <message>
      <source>Tensors by block</source>
      <translation>按块列出的张量</translation>
    </message>
    <message>
      <source>Tensor</source>
      <translation>张量</translation>
    </message>
    <message>
      <source>Shape</source>
      <translation>形状</translation>
    </message>
    <message>
      <source>Parameters</source>
      <translation>参数</translation>
    </message>
    <message>
      <source>Sensitivity and adaptation are about six matrices in every block: query, key, value, projection and the two MLP layers. Patch embedding, positions and LayerScale stay frozen always.</source>
      <translation>敏感度与适配涉及每块的六个矩阵：query、key、value、投影和两层 MLP。图块嵌入、位置和 LayerScale 始终冻结。</translation>
    </message>
    <message>
      <source>Open checkpoint</source>
      <translation>打开检查点</translation>
    </message>
    <message>
      <source>Checkpoints (*.safetensors *.safetensors.index.json *.npz *.pth *.pt *.bin);;All files (*)</source>
      <translation>检查点 (*.safetensors *.safetensors.index.json *.npz *.pth *.pt *.bin);;所有文件 (*)</translation>
    </message>
    <message>
      <source>choose the model</source>
      <translation>选择模型</translation>
    </message>
    <message>
      <source>Reading the checkpoint…</source>
      <translation>正在读取检查点…</translation>
    </message>
    <message>
      <source>This checkpoint can't be used</source>
      <translation>此检查点无法使用</translation>
    </message>
    <message>
      <source>Open another…</source>
      <translation>打开其他…</translation>
    </message>
    <message>
      <source>From a pretrained transformer to an adapter</source>
      <translation>从预训练 Transformer 到适配器</translation>
    </message>
    <message>
      <source>No model yet</source>
      <translation>还没有模型</translation>
    </message>
    <message>
      <source>Down the road on the left: a model, images of a new task, which weights that task would change, the small boxes they fit into, their ranks, training, results. Begin with a checkpoint of a ViT of any size: timm's, Hugging Face's, the original release's, MAE, MoCo v3 or DINO. It can be dropped here.</source>
      <translation>左侧的路线依次是：模型、新任务的图像、该任务会改变哪些权重、它们所在的小方框、各自的秩、训练、结果。请从任意大小的 ViT 检查点开始：timm、Hugging Face、原始发布、MAE、MoCo v3 或 DINO。可以拖到这里。</translation>
    </message>
    <message>
      <source>Open or drop a pretrained vision transformer of any size: .safetensors, .npz, .pth or .bin, or a folder that holds one.</source>
      <translation>打开或拖入任意大小的预训练视觉 Transformer：.safetensors、.npz、.pth 或 .bin，或包含它的文件夹。</translation>
    </message>
    <message>
      <source>%1, each with 6 matrices, %2 heads</source>
      <translation>%1 块，每块 6 个矩阵、%2 个头</translation>
    </message>
    <message>
      <source>%1 features, MLP %2%3</source>
      <translation>%1 个特征，MLP %2%3</translation>
    </message>
    <message>
      <source> (SwiGLU)</source>
      <translation>（SwiGLU）</translation>
    </message>
    <message>
      <source>%1 × %2 patches of %3 px (%4 px images)</source>
      <translation>%1 × %2 个 %3 px 的图块（%4 px 图像）</translation>
    </message>
    <message>
      <source>%1 parameters</source>
      <translation>%1 个参数</translation>
    </message>
    <message>
      <source>Every stored tensor is used.</source>
      <translation>存储的张量全部用到。</translation>
    </message>
    <message numerus="yes">
      <source>Not used: %1</source>
      <translation>
        <numerusform>未使用：%1</numerusform>
      </translation>
    </message>
    <message>
      <source> and %1 more</source>
      <translation> 等另外 %1 个</translation>
    </message>
    <message>
      <source>Open the demo project</source>
      <translation>打开演示项目</translation>
    </message>
    <message>
      <source>Open a project…  Ctrl+O</source>
      <translation>打开项目…  Ctrl+O</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::Page</name>
    <message>
      <source>Next stop</source>
      <translation>下一站</translation>
    </message>
    <message>
      <source>State of this stop</source>
      <translation>此站的状态</translation>
    </message>
    <message>
      <source>Remedy</source>
      <translation>补救</translation>
    </message>
    <message>
      <source>Next: %1</source>
      <translation>下一步：%1</translation>
    </message>
    <message>
      <source>Stale</source>
      <translation>过时</translation>
    </message>
    <message>
      <source>Failed</source>
      <translation>失败</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::PredictionsPanel</name>
    <message>
      <source>Predictions in short</source>
      <translation>预测概要</translation>
    </message>
    <message>
      <source>Which predictions are shown</source>
      <translation>显示哪些预测</translation>
    </message>
    <message>
      <source>wrong and sure of it</source>
      <translation>错而自信</translation>
    </message>
    <message>
      <source>hardly decided</source>
      <translation>难以决断</translation>
    </message>
    <message>
      <source>right and sure of it</source>
      <translation>对而自信</translation>
    </message>
    <message>
      <source>Which images are shown, the most telling first. A click on a cell of the confusion matrix shows its images.</source>
      <translation>显示哪些图像，最能说明问题的在前。单击混淆矩阵的格子显示其图像。</translation>
    </message>
    <message>
      <source>Confusion matrix</source>
      <translation>混淆矩阵</translation>
    </message>
    <message>
      <source>Predicted images</source>
      <translation>预测过的图像</translation>
    </message>
    <message>
      <source>Double click or Return: what the model looks at in this image.</source>
      <translation>双击或按回车：查看模型在这张图像中关注什么。</translation>
    </message>
    <message>
      <source>%1 split: %2 of %3 right (%4)</source>
      <translation>%1 划分：%3 中 %2 个正确 (%4)</translation>
    </message>
    <message>
      <source> · shown: %1 taken for %2</source>
      <translation> · 显示：%1 被当作 %2</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::ProjectDocument</name>
    <message>
      <source>untitled</source>
      <translation>未命名</translation>
    </message>
    <message>
      <source>recover unsaved work</source>
      <translation>恢复未保存的工作</translation>
    </message>
    <message>
      <source>Unsaved work can't be kept against a crash: %1</source>
      <translation>无法为防崩溃保存未存的工作：%1</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::RanksPage</name>
    <message>
      <source>How many trainable weights each matrix gets.</source>
      <translation>每个矩阵得到多少可训练权重。</translation>
    </message>
    <message>
      <source>Go to Train</source>
      <translation>前往“训练”</translation>
    </message>
    <message>
      <source>Go to Sensitivity</source>
      <translation>前往“敏感度”</translation>
    </message>
    <message>
      <source>Trainable parameters by kind of matrix</source>
      <translation>按矩阵类型的可训练参数</translation>
    </message>
    <message>
      <source>Trainable parameters by part</source>
      <translation>按部分的可训练参数</translation>
    </message>
    <message>
      <source>How the budget bar is divided</source>
      <translation>预算条如何划分</translation>
    </message>
    <message>
      <source>by kind of matrix</source>
      <translation>按矩阵类型</translation>
    </message>
    <message>
      <source>by block</source>
      <translation>按块</translation>
    </message>
    <message>
      <source>Whether the adapter can be written for peft</source>
      <translation>适配器能否写成 peft 格式</translation>
    </message>
    <message>
      <source>Make it e&amp;xportable</source>
      <translation>使其可导出(&amp;X)</translation>
    </message>
    <message>
      <source>Make it exportable to peft</source>
      <translation>使其可导出为 peft</translation>
    </message>
    <message>
      <source>Leaves matrices of rank 0 as they are instead of tuning their single weights. Ctrl+Z takes it back.</source>
      <translation>让秩为 0 的矩阵保持原样，而不训练其单个权重。Ctrl+Z 撤销。</translation>
    </message>
    <message>
      <source>exportable to peft</source>
      <translation>可导出为 peft</translation>
    </message>
    <message>
      <source>Ranks of all matrices</source>
      <translation>所有矩阵的秩</translation>
    </message>
    <message>
      <source>rank of %1</source>
      <translation>%1 的秩</translation>
    </message>
    <message>
      <source>ranks of %1 matrices</source>
      <translation>%1 个矩阵的秩</translation>
    </message>
    <message>
      <source>ranks back to the strategy</source>
      <translation>秩交还策略</translation>
    </message>
    <message>
      <source>%1 is not known</source>
      <translation>未知的 %1</translation>
    </message>
    <message>
      <source>Drop 1 &amp;hand edit</source>
      <translation>放弃 1 处手动修改(&amp;H)</translation>
    </message>
    <message>
      <source>Drop %1 &amp;hand edits</source>
      <translation>放弃 %1 处手动修改(&amp;H)</translation>
    </message>
    <message>
      <source>Drop &amp;hand edits</source>
      <translation>放弃手动修改(&amp;H)</translation>
    </message>
    <message>
      <source>Rank strategy</source>
      <translation>秩策略</translation>
    </message>
    <message>
      <source>Argument of the strategy</source>
      <translation>策略的参数</translation>
    </message>
    <message>
      <source>&amp;Strategy</source>
      <translation>策略(&amp;S)</translation>
    </message>
    <message>
      <source>What becomes of rank 0</source>
      <translation>秩为 0 时如何</translation>
    </message>
    <message>
      <source>tune the masked weights</source>
      <translation>训练掩码内的权重</translation>
    </message>
    <message>
      <source>leave the matrix as it is</source>
      <translation>矩阵保持原样</translation>
    </message>
    <message>
      <source>give it rank 1</source>
      <translation>给它秩 1</translation>
    </message>
    <message>
      <source>A matrix whose rank comes out as 0 has few sensitive weights. Tuning just those costs less than rank 1;
leaving it as it is keeps the adapter exportable to peft.</source>
      <translation>秩为 0 的矩阵敏感权重很少。只训练这些比秩 1 便宜；
保持原样则适配器可导出为 peft。</translation>
    </message>
    <message>
      <source>rank zero</source>
      <translation>秩 0</translation>
    </message>
    <message>
      <source>Rank &amp;0</source>
      <translation>秩 0(&amp;0)</translation>
    </message>
    <message>
      <source>Tune &amp;vectors</source>
      <translation>训练向量(&amp;V)</translation>
    </message>
    <message>
      <source>Tune sensitive norm and bias vectors</source>
      <translation>训练敏感的归一化与偏置向量</translation>
    </message>
    <message>
      <source>Norm and bias vectors of which at least a fifth of the entries are sensitive are tuned whole.</source>
      <translation>至少五分之一的项敏感的归一化与偏置向量整体训练。</translation>
    </message>
    <message>
      <source>tune vectors</source>
      <translation>训练向量</translation>
    </message>
    <message>
      <source>&amp;Class token</source>
      <translation>类别 token(&amp;C)</translation>
    </message>
    <message>
      <source>Tune the class token</source>
      <translation>训练类别 token</translation>
    </message>
    <message>
      <source>class token</source>
      <translation>类别 token</translation>
    </message>
    <message>
      <source>What the strategy does</source>
      <translation>该策略的作用</translation>
    </message>
    <message>
      <source>rank strategy</source>
      <translation>秩策略</translation>
    </message>
    <message>
      <source>A rank-r pair A·B on a d̄ × k̄ box costs (d̄ + k̄)·r weights. Eq. 7 gives a matrix the largest r that its sensitive weights Σm pay for. Double-click a rank to change it, or several selected at once; Ctrl+V pastes from a spreadsheet, Ctrl+Z takes it back.</source>
      <translation>d̄ × k̄ 框上秩为 r 的 A·B 需要 (d̄ + k̄)·r 个权重。式 7 给矩阵其敏感权重 Σm 付得起的最大 r。双击修改秩，或一次修改所选多行；Ctrl+V 从电子表格粘贴，Ctrl+Z 撤销。</translation>
    </message>
    <message>
      <source>Working…</source>
      <translation>进行中…</translation>
    </message>
    <message>
      <source>The plan is being made.</source>
      <translation>正在制定方案。</translation>
    </message>
    <message>
      <source>No plan</source>
      <translation>没有方案</translation>
    </message>
    <message>
      <source>Needs a sensitivity map</source>
      <translation>需要敏感度图</translation>
    </message>
    <message>
      <source>Ranks are paid for with sensitive weights.</source>
      <translation>秩由敏感权重支付。</translation>
    </message>
    <message>
      <source>matrices %1 · vectors %2 · class token %3 · head not counted</source>
      <translation>矩阵 %1 · 向量 %2 · 类别 token %3 · 不计分类头</translation>
    </message>
    <message>
      <source>✓ These adapters can be said as a peft LoRA.</source>
      <translation>✓ 这些适配器可写成 peft LoRA。</translation>
    </message>
    <message>
      <source>✕ Not for peft: %1</source>
      <translation>✕ 不能用于 peft：%1</translation>
    </message>
    <message>
      <source>Strategies compared</source>
      <translation>策略比较</translation>
    </message>
    <message>
      <source>strategy</source>
      <translation>策略</translation>
    </message>
    <message>
      <source>Σ rank</source>
      <translation>Σ 秩</translation>
    </message>
    <message>
      <source>rank 0</source>
      <translation>秩 0</translation>
    </message>
    <message>
      <source>trainable</source>
      <translation>可训练</translation>
    </message>
    <message>
      <source>of backbone</source>
      <translation>占主干</translation>
    </message>
    <message>
      <source>Matrices with a box that come out without a rank</source>
      <translation>有框而没有秩的矩阵</translation>
    </message>
    <message>
      <source>What each strategy makes of the same boxes. A double click or Return takes it.</source>
      <translation>各策略对同样的框的结果。双击或回车采用。</translation>
    </message>
    <message>
      <source>Filter the matrices</source>
      <translation>筛选矩阵</translation>
    </message>
    <message>
      <source>filter: fc1, blocks.3, masked …</source>
      <translation>筛选：fc1、blocks.3、masked …</translation>
    </message>
    <message>
      <source>Matrices shown</source>
      <translation>显示的矩阵</translation>
    </message>
    <message>
      <source>%1 of %2</source>
      <translation>%1 / %2</translation>
    </message>
    <message>
      <source>Allocations kept by name</source>
      <translation>按名称保存的分配</translation>
    </message>
    <message>
      <source>name of an allocation</source>
      <translation>分配的名称</translation>
    </message>
    <message>
      <source>Choose one to take its ranks, or type a new name and keep the ranks as they are now.
Kept as allocations/NAME.csv beside the project, which --rank file:CSV reads.</source>
      <translation>选一个以采用其秩，或输入新名称保存当前的秩。
保存为项目旁的 allocations/NAME.csv，--rank file:CSV 可读取。</translation>
    </message>
    <message>
      <source>allocation %1</source>
      <translation>分配 %1</translation>
    </message>
    <message>
      <source>&amp;Keep</source>
      <translation>保存(&amp;K)</translation>
    </message>
    <message>
      <source>Keep the ranks under this name</source>
      <translation>以此名称保存秩</translation>
    </message>
    <message>
      <source>Drop hand-edited ranks</source>
      <translation>放弃手动修改的秩</translation>
    </message>
    <message>
      <source>drop hand-edited ranks</source>
      <translation>放弃手动修改的秩</translation>
    </message>
    <message>
      <source>Type a name for the allocation first.</source>
      <translation>请先为分配输入名称。</translation>
    </message>
    <message>
      <source>Save the project first (Ctrl+S): allocations are kept beside it.</source>
      <translation>请先保存项目 (Ctrl+S)：分配保存在项目旁。</translation>
    </message>
    <message>
      <source>The ranks are kept as %1.</source>
      <translation>秩已保存为 %1。</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::ResultsPage</name>
    <message>
      <source>What came out: runs, numbers, predictions, and files to take away.</source>
      <translation>所得：运行、数字、预测和可带走的文件。</translation>
    </message>
    <message>
      <source>Export…</source>
      <translation>导出…</translation>
    </message>
    <message>
      <source>Go to Train</source>
      <translation>前往“训练”</translation>
    </message>
    <message>
      <source>Runs of this project</source>
      <translation>本项目的运行</translation>
    </message>
    <message>
      <source>Parts of the result</source>
      <translation>结果的各部分</translation>
    </message>
    <message>
      <source>Figure</source>
      <translation>项目</translation>
    </message>
    <message>
      <source>Value</source>
      <translation>值</translation>
    </message>
    <message>
      <source>Summary numbers</source>
      <translation>汇总数字</translation>
    </message>
    <message>
      <source>N&amp;umbers</source>
      <translation>数字(&amp;U)</translation>
    </message>
    <message>
      <source>&amp;Curves</source>
      <translation>曲线(&amp;C)</translation>
    </message>
    <message>
      <source>Predictions</source>
      <translation>预测</translation>
    </message>
    <message>
      <source>&amp;Predictions</source>
      <translation>预测(&amp;P)</translation>
    </message>
    <message>
      <source>Masks</source>
      <translation>掩码</translation>
    </message>
    <message>
      <source>&amp;Masks</source>
      <translation>掩码(&amp;M)</translation>
    </message>
    <message>
      <source>Attention</source>
      <translation>注意力</translation>
    </message>
    <message>
      <source>&amp;Attention</source>
      <translation>注意力(&amp;A)</translation>
    </message>
    <message>
      <source>What the run changed</source>
      <translation>运行改变了什么</translation>
    </message>
    <message>
      <source>Δ&amp;W</source>
      <translation>Δ&amp;W</translation>
    </message>
    <message>
      <source>In what the selected runs differ</source>
      <translation>所选运行的不同之处</translation>
    </message>
    <message>
      <source>&amp;Differences</source>
      <translation>差异(&amp;D)</translation>
    </message>
    <message>
      <source>Export</source>
      <translation>导出</translation>
    </message>
    <message>
      <source>E&amp;xport</source>
      <translation>导出(&amp;X)</translation>
    </message>
    <message>
      <source>Percent = trainable backbone parameters ÷ backbone parameters, both without the head. Every number carries the protocol it was taken under.</source>
      <translation>百分比 = 可训练主干参数 ÷ 主干参数，均不计分类头。每个数字都带有其规程。</translation>
    </message>
    <message>
      <source>No runs yet</source>
      <translation>还没有运行</translation>
    </message>
    <message>
      <source>A run's curves, numbers, predictions and weights are kept here.</source>
      <translation>运行的曲线、数字、预测和权重保存在这里。</translation>
    </message>
    <message>
      <source>unknown</source>
      <translation>未知</translation>
    </message>
    <message>
      <source>error</source>
      <translation>错误</translation>
    </message>
    <message>
      <source>results</source>
      <translation>结果</translation>
    </message>
    <message>
      <source>come when the run is done</source>
      <translation>运行完成后才有</translation>
    </message>
    <message>
      <source>Predictions come when the run is done.</source>
      <translation>运行完成后才有预测。</translation>
    </message>
    <message>
      <source>This run's results hold no predictions.</source>
      <translation>此运行的结果不含预测。</translation>
    </message>
    <message>
      <source>Ta&amp;gs</source>
      <translation>标签(&amp;G)</translation>
    </message>
    <message>
      <source>Tags of the run</source>
      <translation>运行的标签</translation>
    </message>
    <message>
      <source>baseline, paper</source>
      <translation>基线，论文</translation>
    </message>
    <message>
      <source>N&amp;otes</source>
      <translation>备注(&amp;O)</translation>
    </message>
    <message>
      <source>Notes on the run</source>
      <translation>运行的备注</translation>
    </message>
    <message>
      <source>what was tried, what was seen</source>
      <translation>试了什么，看到什么</translation>
    </message>
    <message>
      <source>Curves of the selected runs</source>
      <translation>所选运行的曲线</translation>
    </message>
    <message>
      <source>Select several runs to see them over each other.</source>
      <translation>选择多个运行可叠加查看。</translation>
    </message>
    <message>
      <source>The notes were not kept: %1</source>
      <translation>备注未保存：%1</translation>
    </message>
    <message>
      <source>Setting</source>
      <translation>设置</translation>
    </message>
    <message>
      <source>this project now</source>
      <translation>本项目现在</translation>
    </message>
    <message>
      <source>no setting differs</source>
      <translation>设置没有不同</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::RunQueue</name>
    <message numerus="yes">
      <source>%1, %n epoch(s)</source>
      <translation>
        <numerusform>%1，%n 轮</numerusform>
      </translation>
    </message>
    <message>
      <source>The plan can't be written, so the run was not queued: %1</source>
      <translation>无法写入方案，因此运行未排队：%1</translation>
    </message>
    <message>
      <source>The queued run %1 can't be started: %2</source>
      <translation>排队的运行 %1 无法启动：%2</translation>
    </message>
    <message>
      <source>The queued run %1 can't be started: %2/plans is not writable.</source>
      <translation>排队的运行 %1 无法启动：%2/plans 不可写。</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::Runner</name>
    <message>
      <source>The figures could not be written: %1</source>
      <translation>无法写入图：%1</translation>
    </message>
    <message>
      <source>Figures 2, 4 and 5 are in %1 as PNG, SVG, PDF and CSV.</source>
      <translation>图 2、4、5 以 PNG、SVG、PDF 和 CSV 存于 %1。</translation>
    </message>
    <message>
      <source>The project was saved as %1, because work needs a folder.</source>
      <translation>项目已保存为 %1，因为工作需要文件夹。</translation>
    </message>
    <message>
      <source>The project can't be saved, so nothing was started: %1</source>
      <translation>无法保存项目，因此什么都没有启动：%1</translation>
    </message>
    <message>
      <source>Choose a model first.</source>
      <translation>请先选择模型。</translation>
    </message>
    <message>
      <source>Choose data first.</source>
      <translation>请先选择数据。</translation>
    </message>
    <message>
      <source>%1 needs a sensitivity map: compute it first (Ctrl+3).</source>
      <translation>%1 需要敏感度图：请先计算 (Ctrl+3)。</translation>
    </message>
    <message>
      <source>Choose a model first (Ctrl+1).</source>
      <translation>请先选择模型 (Ctrl+1)。</translation>
    </message>
    <message>
      <source>Choose data first (Ctrl+2).</source>
      <translation>请先选择数据 (Ctrl+2)。</translation>
    </message>
    <message>
      <source>%1 is being computed already: stop it first.</source>
      <translation>%1 已在计算：请先停止它。</translation>
    </message>
    <message>
      <source>The plan can't be written, so nothing was started: %1</source>
      <translation>无法写入方案，因此什么都没有启动：%1</translation>
    </message>
    <message>
      <source>The run was not queued: %1</source>
      <translation>运行未排队：%1</translation>
    </message>
    <message>
      <source>%1 is running already.</source>
      <translation>%1 已在运行。</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::SensitivityPage</name>
    <message>
      <source>Which weights this task would change, were they free.</source>
      <translation>若可自由改变，此任务会改变哪些权重。</translation>
    </message>
    <message>
      <source>Compute sensitivity</source>
      <translation>计算敏感度</translation>
    </message>
    <message>
      <source>Compute again</source>
      <translation>重新计算</translation>
    </message>
    <message>
      <source>Sensitivity (Eq. 3): for every weight the mean over images of the squared gradient of that one image's loss. The γ largest of all count as sensitive, one threshold for the whole model.</source>
      <translation>敏感度（式 3）：每个权重为单张图像损失的梯度平方在图像上的均值。所有权重中最大的 γ 算作敏感，整个模型一个阈值。</translation>
    </message>
    <message>
      <source>Ctrl+Shift+S
%1</source>
      <translation>Ctrl+Shift+S
%1</translation>
    </message>
    <message>
      <source>from %1 images at %2 px</source>
      <translation>来自 %1 张 %2 px 的图像</translation>
    </message>
    <message>
      <source>%1
%2
estimator %3, seed %4, %5</source>
      <translation>%1
%2
估计方法 %3，种子 %4，%5</translation>
    </message>
    <message>
      <source>Working…</source>
      <translation>进行中…</translation>
    </message>
    <message>
      <source>Reading the map: %1</source>
      <translation>正在读取图：%1</translation>
    </message>
    <message>
      <source>The worker computes the map; the bar below shows how far it is. You may go on with other pages.</source>
      <translation>工作进程正在计算图；下方的栏显示进度。可以继续看其他页。</translation>
    </message>
    <message>
      <source>Needs a model</source>
      <translation>需要模型</translation>
    </message>
    <message>
      <source>Sensitivity is computed from a pretrained model and images of the new task.</source>
      <translation>敏感度由预训练模型和新任务的图像计算。</translation>
    </message>
    <message>
      <source>Choose a model</source>
      <translation>选择模型</translation>
    </message>
    <message>
      <source>Needs data</source>
      <translation>需要数据</translation>
    </message>
    <message>
      <source>Sensitivity is computed from images of the new task.</source>
      <translation>敏感度由新任务的图像计算。</translation>
    </message>
    <message>
      <source>Choose data</source>
      <translation>选择数据</translation>
    </message>
    <message>
      <source>Not computed yet</source>
      <translation>尚未计算</translation>
    </message>
    <message>
      <source>One pass over %1 images of the training split, forwards and backwards.</source>
      <translation>对训练划分的 %1 张图像做一遍前向与反向。</translation>
    </message>
    <message>
      <source>Estimator</source>
      <translation>估计方法</translation>
    </message>
    <message>
      <source>per sample (Eq. 3)</source>
      <translation>逐样本（式 3）</translation>
    </message>
    <message>
      <source>by batch (SPT's code)</source>
      <translation>按批（SPT 代码）</translation>
    </message>
    <message>
      <source>Per sample: the mean over images of the squared gradient of that one image's loss.
By batch: squares of mini-batch gradients, 16 batches of 32, as SPT's published code does.</source>
      <translation>逐样本：单张图像损失的梯度平方在图像上的均值。
按批：小批梯度的平方，16 批、每批 32 张，同 SPT 公布的代码。</translation>
    </message>
    <message>
      <source>estimator</source>
      <translation>估计方法</translation>
    </message>
    <message>
      <source>Images</source>
      <translation>图像</translation>
    </message>
    <message>
      <source> images</source>
      <translation> 张图像</translation>
    </message>
    <message>
      <source>sensitivity images</source>
      <translation>敏感度图像数</translation>
    </message>
    <message>
      <source>Batch size</source>
      <translation>批大小</translation>
    </message>
    <message>
      <source>batch </source>
      <translation>每批 </translation>
    </message>
    <message>
      <source>sensitivity batch size</source>
      <translation>敏感度批大小</translation>
    </message>
    <message>
      <source>Seed</source>
      <translation>种子</translation>
    </message>
    <message>
      <source>seed </source>
      <translation>种子 </translation>
    </message>
    <message>
      <source>sensitivity seed</source>
      <translation>敏感度种子</translation>
    </message>
    <message>
      <source>Where the map comes from</source>
      <translation>图的来源</translation>
    </message>
    <message>
      <source>Quantity shown in the overview</source>
      <translation>总览所示的量</translation>
    </message>
    <message>
      <source>All matrices by block and kind</source>
      <translation>按块与类型排列的所有矩阵</translation>
    </message>
    <message>
      <source>&amp;Sorted</source>
      <translation>排序(&amp;S)</translation>
    </message>
    <message>
      <source>Profiles sorted</source>
      <translation>剖面排序</translation>
    </message>
    <message>
      <source>Row and column profile</source>
      <translation>行与列剖面</translation>
    </message>
    <message>
      <source>Share of sensitive weights by row and column</source>
      <translation>各行与各列的敏感权重比例</translation>
    </message>
    <message>
      <source>Sensitivity of the selected matrix</source>
      <translation>所选矩阵的敏感度</translation>
    </message>
    <message>
      <source>Weight under the pointer</source>
      <translation>指针下的权重</translation>
    </message>
    <message>
      <source>row %1, column %2:  s = %3,  %4 of %5 are larger (top %6)%7</source>
      <translation>行 %1，列 %2：s = %3，%5 中有 %4 个更大（前 %6）%7</translation>
    </message>
    <message>
      <source>,  sensitive</source>
      <translation>，敏感</translation>
    </message>
    <message>
      <source>point at a weight, or press Space and the arrow keys</source>
      <translation>指向一个权重，或按空格与方向键</translation>
    </message>
    <message>
      <source>Sensitive &amp;mask</source>
      <translation>敏感掩码(&amp;M)</translation>
    </message>
    <message>
      <source>Show the mask of sensitive weights</source>
      <translation>显示敏感权重的掩码</translation>
    </message>
    <message>
      <source>Colour scale</source>
      <translation>颜色刻度</translation>
    </message>
    <message>
      <source>logarithmic</source>
      <translation>对数</translation>
    </message>
    <message>
      <source>linear</source>
      <translation>线性</translation>
    </message>
    <message>
      <source>percentile</source>
      <translation>百分位</translation>
    </message>
    <message>
      <source>How values become colours. The ends of the colour bar can be dragged; a double click on it resets them.</source>
      <translation>数值如何变成颜色。色条两端可拖动；在其上双击复位。</translation>
    </message>
    <message>
      <source>Colour map</source>
      <translation>颜色表</translation>
    </message>
    <message>
      <source>&amp;Fit</source>
      <translation>适合窗口(&amp;F)</translation>
    </message>
    <message>
      <source>Show the whole matrix</source>
      <translation>显示整个矩阵</translation>
    </message>
    <message>
      <source>Show the whole matrix (0). The wheel zooms, dragging pans, Shift and dragging zooms into a rectangle.</source>
      <translation>显示整个矩阵 (0)。滚轮缩放，拖动平移，Shift 加拖动放大到矩形。</translation>
    </message>
    <message>
      <source>How much is sensitive</source>
      <translation>敏感的多少</translation>
    </message>
    <message>
      <source>sensitive share</source>
      <translation>敏感比例</translation>
    </message>
    <message>
      <source>Pool</source>
      <translation>池</translation>
    </message>
    <message>
      <source>pool: matrices and vectors</source>
      <translation>池：矩阵与向量</translation>
    </message>
    <message>
      <source>pool: matrices only</source>
      <translation>池：仅矩阵</translation>
    </message>
    <message>
      <source>What γ is a share of: all candidate weights with or without the norm and bias vectors.</source>
      <translation>γ 所占的总体：所有候选权重，含或不含归一化与偏置向量。</translation>
    </message>
    <message>
      <source>pool</source>
      <translation>池</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::SweepRuns</name>
    <message>
      <source>Row</source>
      <translation>行</translation>
    </message>
    <message>
      <source>Task</source>
      <translation>任务</translation>
    </message>
    <message>
      <source>Kind</source>
      <translation>种类</translation>
    </message>
    <message>
      <source>Seed</source>
      <translation>种子</translation>
    </message>
    <message>
      <source>Setting</source>
      <translation>设置</translation>
    </message>
    <message>
      <source>State</source>
      <translation>状态</translation>
    </message>
    <message>
      <source>Figure</source>
      <translation>项目</translation>
    </message>
    <message>
      <source>Time</source>
      <translation>时间</translation>
    </message>
    <message>
      <source>Message</source>
      <translation>消息</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::SweepWindow</name>
    <message>
      <source>Sweep</source>
      <translation>扫描实验</translation>
    </message>
    <message>
      <source>State of the sweep</source>
      <translation>扫描实验的状态</translation>
    </message>
    <message>
      <source>&amp;Pause</source>
      <translation>暂停(&amp;P)</translation>
    </message>
    <message>
      <source>Pause the sweep, or go on</source>
      <translation>暂停或继续扫描实验</translation>
    </message>
    <message>
      <source>S&amp;top and save</source>
      <translation>停止并保存(&amp;T)</translation>
    </message>
    <message>
      <source>Stop the sweep; its runs save, and it can go on later</source>
      <translation>停止扫描实验；各运行会保存，之后可以继续</translation>
    </message>
    <message>
      <source>Runs that are over</source>
      <translation>已结束的运行</translation>
    </message>
    <message>
      <source>Browse…</source>
      <translation>浏览…</translation>
    </message>
    <message>
      <source>Browse for: %1</source>
      <translation>浏览：%1</translation>
    </message>
    <message>
      <source>Sweeps (*.toml)</source>
      <translation>扫描实验 (*.toml)</translation>
    </message>
    <message>
      <source>Sweep file</source>
      <translation>扫描实验文件</translation>
    </message>
    <message>
      <source>SWEEP.toml: rows, tasks, seeds and what is chosen</source>
      <translation>SWEEP.toml：行、任务、种子以及要选择的设置</translation>
    </message>
    <message>
      <source>&amp;Sweep file</source>
      <translation>扫描实验文件(&amp;S)</translation>
    </message>
    <message>
      <source>Data folder</source>
      <translation>数据文件夹</translation>
    </message>
    <message>
      <source>what {data} stands for in the file</source>
      <translation>文件中 {data} 所代表的内容</translation>
    </message>
    <message>
      <source>&amp;Data folder</source>
      <translation>数据文件夹(&amp;D)</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>模型</translation>
    </message>
    <message>
      <source>checkpoint of all runs; empty: as the file says</source>
      <translation>所有运行的检查点；留空则按文件所写</translation>
    </message>
    <message>
      <source>&amp;Model</source>
      <translation>模型(&amp;M)</translation>
    </message>
    <message>
      <source>Folder of the sweep</source>
      <translation>扫描实验的文件夹</translation>
    </message>
    <message>
      <source>where runs and tables go; a finished run there is kept</source>
      <translation>运行和表格所在之处；其中已完成的运行会保留</translation>
    </message>
    <message>
      <source>&amp;Folder</source>
      <translation>文件夹(&amp;F)</translation>
    </message>
    <message>
      <source>Runs at a time</source>
      <translation>同时运行数</translation>
    </message>
    <message>
      <source>Sta&amp;rt or go on</source>
      <translation>开始或继续(&amp;R)</translation>
    </message>
    <message>
      <source>Start the sweep, or go on with it</source>
      <translation>开始或继续扫描实验</translation>
    </message>
    <message>
      <source>&amp;Watch only</source>
      <translation>仅查看(&amp;W)</translation>
    </message>
    <message>
      <source>Show the folder's sweep without starting it</source>
      <translation>显示该文件夹中的扫描实验而不启动它</translation>
    </message>
    <message>
      <source>Runs at a &amp;time</source>
      <translation>同时运行数(&amp;T)</translation>
    </message>
    <message>
      <source>Rows by tasks: test figure in per cent, mean and deviation over seeds</source>
      <translation>行 × 任务：测试指标（百分比），各种子的均值与偏差</translation>
    </message>
    <message>
      <source>Runs of the sweep</source>
      <translation>扫描实验的运行</translation>
    </message>
    <message>
      <source>What the selected run said</source>
      <translation>所选运行的输出</translation>
    </message>
    <message>
      <source>Select a run to read its log.</source>
      <translation>选择一个运行以阅读其日志。</translation>
    </message>
    <message>
      <source>&amp;All runs</source>
      <translation>全部运行(&amp;A)</translation>
    </message>
    <message>
      <source>Show the runs of all rows and tasks</source>
      <translation>显示所有行和任务的运行</translation>
    </message>
    <message>
      <source>%1 has no sweep.json; choose the folder of a sweep, or start one</source>
      <translation>%1 中没有 sweep.json；请选择扫描实验的文件夹，或启动一个</translation>
    </message>
    <message>
      <source>&amp;Go on</source>
      <translation>继续(&amp;G)</translation>
    </message>
    <message>
      <source>Choose a sweep file and a folder, or watch a sweep that is there.</source>
      <translation>请选择扫描实验文件和文件夹，或查看已有的扫描实验。</translation>
    </message>
    <message>
      <source>%1 of %2 done</source>
      <translation>%2 个中完成 %1 个</translation>
    </message>
    <message>
      <source>%1 running</source>
      <translation>%1 个运行中</translation>
    </message>
    <message>
      <source>%1 failed</source>
      <translation>%1 失败</translation>
    </message>
    <message>
      <source>paused</source>
      <translation>已暂停</translation>
    </message>
    <message>
      <source>stopped: it goes on by Start</source>
      <translation>已停止：按“开始”继续</translation>
    </message>
  </context>
  <context>
    <name>cdra::workbench::TrainPage</name>
    <message>
      <source>Fine-tuning: the method, the recipe, and how it goes.</source>
      <translation>微调：方法、配方与进展。</translation>
    </message>
    <message>
      <source>Start training</source>
      <translation>开始训练</translation>
    </message>
    <message>
      <source>Method</source>
      <translation>方法</translation>
    </message>
    <message>
      <source>Trainable parameters</source>
      <translation>可训练参数</translation>
    </message>
    <message>
      <source>Recipe</source>
      <translation>配方</translation>
    </message>
    <message>
      <source>Command</source>
      <translation>命令</translation>
    </message>
    <message>
      <source>Forecast of the run</source>
      <translation>运行的预测</translation>
    </message>
    <message>
      <source>Add to &amp;queue</source>
      <translation>加入队列(&amp;Q)</translation>
    </message>
    <message>
      <source>Add to the queue</source>
      <translation>加入队列</translation>
    </message>
    <message>
      <source>Freezes these settings and this plan and starts the run when those before it are done.</source>
      <translation>冻结这些设置与此方案，待前面的运行完成后启动。</translation>
    </message>
    <message>
      <source>The command that will run</source>
      <translation>将要运行的命令</translation>
    </message>
    <message>
      <source>What training needs</source>
      <translation>训练所需</translation>
    </message>
    <message>
      <source>Run shown</source>
      <translation>显示的运行</translation>
    </message>
    <message>
      <source>State of the run</source>
      <translation>运行的状态</translation>
    </message>
    <message>
      <source>Curves of the run</source>
      <translation>运行的曲线</translation>
    </message>
    <message>
      <source>Pause</source>
      <translation>暂停</translation>
    </message>
    <message>
      <source>Pause or go on</source>
      <translation>暂停或继续</translation>
    </message>
    <message>
      <source>Stop and save</source>
      <translation>停止并保存</translation>
    </message>
    <message>
      <source>Checkpoint</source>
      <translation>检查点</translation>
    </message>
    <message>
      <source>Write a checkpoint now</source>
      <translation>立即写检查点</translation>
    </message>
    <message>
      <source>Resume</source>
      <translation>恢复</translation>
    </message>
    <message>
      <source>Go on where the run stopped</source>
      <translation>从停止处继续</translation>
    </message>
    <message>
      <source>How busy this machine is</source>
      <translation>本机负载</translation>
    </message>
    <message>
      <source>Training runs as a command of its own and lives on when this window closes. Stop and save keeps everything; Resume goes on exactly where it stopped.</source>
      <translation>训练作为独立命令运行，关闭窗口后仍继续。“停止并保存”保留一切；“恢复”从停止处精确继续。</translation>
    </message>
    <message>
      <source>(choose a model and data first)</source>
      <translation>（请先选择模型与数据）</translation>
    </message>
    <message>
      <source>%1 trainable, %2 of the backbone</source>
      <translation>%1 个可训练，占主干的 %2</translation>
    </message>
    <message>
      <source>%1 is at work: add this one to the queue</source>
      <translation>%1 正在运行：请将此次运行加入队列</translation>
    </message>
    <message>
      <source>Ctrl+Return</source>
      <translation>Ctrl+Return</translation>
    </message>
    <message>
      <source>No run yet</source>
      <translation>还没有运行</translation>
    </message>
    <message>
      <source>starting</source>
      <translation>正在启动</translation>
    </message>
    <message>
      <source>running</source>
      <translation>运行中</translation>
    </message>
    <message>
      <source>paused</source>
      <translation>已暂停</translation>
    </message>
    <message>
      <source>stopped</source>
      <translation>已停止</translation>
    </message>
    <message>
      <source>failed: %1</source>
      <translation>失败：%1</translation>
    </message>
    <message>
      <source>done</source>
      <translation>完成</translation>
    </message>
    <message>
      <source>stopped unexpectedly</source>
      <translation>意外停止</translation>
    </message>
    <message>
      <source> · %1 %2 of %3</source>
      <translation> · %1 %2 / %3</translation>
    </message>
    <message>
      <source> · took %1, %2</source>
      <translation> · 用时 %1，%2</translation>
    </message>
    <message>
      <source> (forecast %1)</source>
      <translation>（预测 %1）</translation>
    </message>
    <message>
      <source>Go on with the queue</source>
      <translation>继续队列</translation>
    </message>
    <message>
      <source>Queued runs</source>
      <translation>排队的运行</translation>
    </message>
    <message>
      <source>Runs that wait, with their settings as they were when added. Delete takes one out.</source>
      <translation>等待中的运行，设置为加入时的样子。Delete 取出一个。</translation>
    </message>
    <message>
      <source>Take out of the queue</source>
      <translation>从队列取出</translation>
    </message>
    <message>
      <source>Queue, waiting for your word: %1</source>
      <translation>队列，等您发话：%1</translation>
    </message>
    <message>
      <source>Queue, goes on while this window is open: %1</source>
      <translation>队列，窗口打开时继续：%1</translation>
    </message>
    <message>
      <source>about %1 and %2</source>
      <translation>约 %1 与 %2</translation>
    </message>
    <message>
      <source>about %1</source>
      <translation>约 %1</translation>
    </message>
    <message>
      <source>Judged by the speed and the peak memory of the run %1: same model, image size and device.</source>
      <translation>依据运行 %1 的速度与内存峰值：同一模型、图像大小与设备。</translation>
    </message>
    <message>
      <source>Preset</source>
      <translation>预设</translation>
    </message>
    <message>
      <source>choose or name…</source>
      <translation>选择或命名…</translation>
    </message>
    <message>
      <source>Choose one to begin from, or type a name and keep method, plan settings and recipe under it.</source>
      <translation>选一个作为起点，或输入名称保存方法、方案设置与配方。</translation>
    </message>
    <message>
      <source>&amp;Preset</source>
      <translation>预设(&amp;P)</translation>
    </message>
    <message>
      <source>Keep</source>
      <translation>保存</translation>
    </message>
    <message>
      <source>Keep the settings under this name</source>
      <translation>以此名称保存设置</translation>
    </message>
    <message>
      <source>Kept by you.</source>
      <translation>由您保存。</translation>
    </message>
    <message>
      <source>preset %1</source>
      <translation>预设 %1</translation>
    </message>
    <message>
      <source>Type a name of its own for the preset first.</source>
      <translation>请先为预设输入自己的名称。</translation>
    </message>
    <message>
      <source>Method, plan settings and recipe are kept as the preset %1.</source>
      <translation>方法、方案设置与配方已保存为预设 %1。</translation>
    </message>
    <message>
      <source>&amp;Epochs</source>
      <translation>轮数(&amp;E)</translation>
    </message>
    <message>
      <source>Passes over the training images.</source>
      <translation>遍历训练图像的次数。</translation>
    </message>
    <message>
      <source>&amp;Batch size</source>
      <translation>批大小(&amp;B)</translation>
    </message>
    <message>
      <source>Images a step.</source>
      <translation>每步的图像数。</translation>
    </message>
    <message>
      <source>Acc&amp;umulate</source>
      <translation>累加(&amp;U)</translation>
    </message>
    <message>
      <source>Batches whose gradients are added before a step.</source>
      <translation>一步之前累加梯度的批数。</translation>
    </message>
    <message>
      <source>&amp;Learning rate</source>
      <translation>学习率(&amp;L)</translation>
    </message>
    <message>
      <source>AdamW's peak learning rate.</source>
      <translation>AdamW 的峰值学习率。</translation>
    </message>
    <message>
      <source>Lowest rate</source>
      <translation>最低学习率</translation>
    </message>
    <message>
      <source>Where the cosine ends.</source>
      <translation>余弦的终点。</translation>
    </message>
    <message>
      <source>&amp;Weight decay</source>
      <translation>权重衰减(&amp;W)</translation>
    </message>
    <message>
      <source>AdamW's decoupled decay.</source>
      <translation>AdamW 的解耦衰减。</translation>
    </message>
    <message>
      <source>Warm-up epochs</source>
      <translation>预热轮数</translation>
    </message>
    <message>
      <source>Epochs in which the rate rises to its peak: at most a fifth of all.</source>
      <translation>学习率升至峰值所用的轮数：最多为总轮数的五分之一。</translation>
    </message>
    <message>
      <source>, uses %1</source>
      <translation>，实际用 %1</translation>
    </message>
    <message>
      <source>Warm-up rate</source>
      <translation>预热学习率</translation>
    </message>
    <message>
      <source>Where the warm-up begins.</source>
      <translation>预热的起点。</translation>
    </message>
    <message>
      <source>Schedule</source>
      <translation>调度</translation>
    </message>
    <message>
      <source>by epoch</source>
      <translation>按轮</translation>
    </message>
    <message>
      <source>by step</source>
      <translation>按步</translation>
    </message>
    <message>
      <source>When the learning rate moves: after each epoch, as published, or after every step, for runs of few epochs.</source>
      <translation>学习率何时变化：每轮之后（与论文一致），或每步之后（适合轮数少的运行）。</translation>
    </message>
    <message>
      <source>schedule</source>
      <translation>调度</translation>
    </message>
    <message>
      <source>&amp;Drop path</source>
      <translation>随机深度(&amp;D)</translation>
    </message>
    <message>
      <source>Stochastic depth: the last block's chance of being skipped.</source>
      <translation>随机深度：最后一块被跳过的概率。</translation>
    </message>
    <message>
      <source>Label smoothing</source>
      <translation>标签平滑</translation>
    </message>
    <message>
      <source>Share of the target spread over all classes.</source>
      <translation>分给所有类别的目标份额。</translation>
    </message>
    <message>
      <source>Checkpoint every</source>
      <translation>检查点间隔</translation>
    </message>
    <message>
      <source>Optimiser steps between checkpoints.</source>
      <translation>检查点之间的优化步数。</translation>
    </message>
    <message>
      <source>epoch</source>
      <translation>轮</translation>
    </message>
    <message>
      <source> steps</source>
      <translation> 步</translation>
    </message>
    <message>
      <source>Precision</source>
      <translation>精度</translation>
    </message>
    <message>
      <source>bf16 (CUDA)</source>
      <translation>bf16 (CUDA)</translation>
    </message>
    <message>
      <source>precision</source>
      <translation>精度</translation>
    </message>
    <message>
      <source>Protocol</source>
      <translation>规程</translation>
    </message>
    <message>
      <source>honest</source>
      <translation>诚实</translation>
    </message>
    <message>
      <source>published</source>
      <translation>论文式</translation>
    </message>
    <message>
      <source>Honest: everything is chosen on validation images and the test images are read once.
Published: the maximum of test accuracy over epochs, as in published code.</source>
      <translation>诚实：一切在验证图像上选定，测试图像只读一次。
论文式：取各轮测试准确率的最大值，同公布的代码。</translation>
    </message>
    <message>
      <source>protocol</source>
      <translation>规程</translation>
    </message>
    <message>
      <source>Device</source>
      <translation>设备</translation>
    </message>
    <message>
      <source>device</source>
      <translation>设备</translation>
    </message>
    <message>
      <source>Threads</source>
      <translation>线程</translation>
    </message>
    <message>
      <source>all</source>
      <translation>全部</translation>
    </message>
    <message>
      <source>threads</source>
      <translation>线程</translation>
    </message>
    <message>
      <source>Seed</source>
      <translation>种子</translation>
    </message>
    <message>
      <source>seed</source>
      <translation>种子</translation>
    </message>
    <message>
      <source>&amp;Seed</source>
      <translation>种子(&amp;S)</translation>
    </message>
  </context>
</TS>
