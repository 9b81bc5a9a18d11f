"""The class each name must get; `unknown` where no token or more than one class speaks."""

import pytest

from reportgen.data.direction import direction_of, infer_direction
from reportgen.spec import loads

NAMES = {
    "maximize": """reward rewards charts/episodic_return eval/mean_reward rollout/ep_rew_mean/reward test_accuracy acc
        val/acc top5_acc success success_rate win win_rate winrate f1 F1 macro-f1 auc AUROC precision recall mAP
        eval/bleu rouge rougeL.rouge R2 IoU mean_iou dice ndcg MRR em psnr SSIM fps charts/SPS throughput
        gpu/utilization explained_variance losses/explained_variance hypervolume success_ratio winRatio score scores
        evalReward episodicReturns sps
        testF1 F1Macro R2Score max_reward explained-variance rewards_per_second accuracies""",
    "minimize": """loss losses/value_loss policyLoss val_loss train.loss error test_error err mse MAE rmse nll ppl
        perplexity wer CER fid regret cumulative_regret IGD brier ece cost penalty latency runtime duration
        inference_time violation constraint_violations memory failed failures unsuccessful steps_to_success
        time_to_threshold stepsToGoal MSELoss HTTPErrors failures latencies loss/train/0""",
    "none": """step global_step trainer/global_step epoch iterations timesteps frames lr learning_rate
        optimizer/learning-rate epsilon clip_range grad_norm kl approx_kl entropy ratio alpha std count total
        reward_std return_min loss_max accuracy_var
        rewardStd RewardMax reward/max reward.std gradNorm learningRates kl_divergence _step""",
    "unknown": """brier_score reward_loss val_loss_epoch time/total_timesteps charts value x q_values std_reward
        ep_len_mean success_count loss_ratio time/fps
        total_reward map_cost steps2goal""",
}
TABLE = [(name, direction) for direction, names in NAMES.items() for name in names.split()]


def test_the_table_is_large_enough_to_mean_something():
    assert len(TABLE) >= 80


@pytest.mark.parametrize(("name", "direction"), TABLE, ids=[name for name, _ in TABLE])
def test_a_name_has_its_class(name, direction):
    assert infer_direction(name) == direction


def told(entry, rules=""):
    metrics = loads(f"files: {{path: x}}\nmetrics: {{primary: [{entry}]{rules}}}\n").spec.metrics
    one = metrics.primary[0]
    return direction_of(one, one.name, metrics)


def test_the_entry_wins_over_the_rules_and_the_rules_over_the_name():
    rules = ", directions: [{minimize: '^eval'}, {none: 'reward'}]"
    assert told("{name: eval/reward, direction: maximize}", rules) == ("maximize", "spec")
    assert told("{name: eval/reward}", rules) == ("minimize", "spec")
    assert told("{name: train/reward}", rules) == ("none", "spec")
    assert told("{name: train/return}", rules) == ("maximize", "inferred from its name")


def test_a_name_of_separators_alone_is_unknown():
    assert infer_direction("/_.-") == "unknown"


def test_alternatives_must_agree():
    assert told("{name: [reward, return]}")[0] == "maximize"
    assert told("{name: [reward, loss]}") == ("unknown", "its names disagree")
