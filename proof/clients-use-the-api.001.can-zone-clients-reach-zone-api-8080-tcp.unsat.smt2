; netverify/goals/v1
; inputs sha256:d7b46ca6d26fd32f2d2a54ef34c2c584a4854dbc41c69e66807ba3936ee9151e
; options sha256:973baf468d7076a662fccf467f00f0f13e90f124f009b47e1c75902e05a212cd
; netverify: unsatisfiable iff every such flow is allowed: can zone clients reach zone api:8080/tcp
; src_place: namespace of the source: 0 a
; src_who: 0 not in the manifests, 1 a/client[Deployment]
; dst_place: namespace of the destination: 0 b
; dst_who: 0 not in the manifests, 1 b/api[Deployment]
; dst_label_0: label app: 0 absent, 1 other, 2 api
; on_0: NetworkPolicy b/allow-team-a selects its subjects
; on_1: NetworkPolicy b/default-deny selects its subjects
(set-logic QF_BV)
(declare-const on_0 Bool)
(declare-const on_1 Bool)
(assert false)
(assert on_0)
(assert on_1)
(check-sat)
