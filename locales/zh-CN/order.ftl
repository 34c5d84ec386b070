### 工单与批次

refusal-RUN_NOT_FOUND = 您的产线中没有批次 { $run }。请核对编号，或在批次列表中查找。
refusal-RUN_ON_HOLD = 批次 { $run } 已隔离，暂不能开始任何作业。批次页面会显示由谁解除隔离。
refusal-RUN_CLOSED = 批次 { $run } 已结束。请使用其他批次的单件，或请计划员创建新批次。
refusal-RUN_NOT_AUTHORIZED = 批次 { $run } 尚未授权。请计划员在批次页面授权。
event-RUN_STARTED = 批次已开始
