; netverify/goals/v1
; inputs sha256:d7b46ca6d26fd32f2d2a54ef34c2c584a4854dbc41c69e66807ba3936ee9151e
; options sha256:973baf468d7076a662fccf467f00f0f13e90f124f009b47e1c75902e05a212cd
; netverify: unsatisfiable iff no such flow is allowed: can zone clients reach zone database
; src_place: namespace of the source: 0 a
; src_who: 0 not in the manifests, 1 a/client[Deployment]
; src_label_0: label role: 0 absent, 1 other, 2 admin
; dst_place: namespace of the destination: 0 b
; dst_who: 0 not in the manifests, 1 b/pg[StatefulSet]
; dst_label_0: label app: 0 absent, 1 other, 2 pg
; on_0: NetworkPolicy b/allow-admin selects its subjects
; on_1: NetworkPolicy b/allow-api selects its subjects
; on_2: NetworkPolicy b/default-deny selects its subjects
(set-logic QF_BV)
(declare-const on_0 Bool)
(declare-const on_1 Bool)
(declare-const on_2 Bool)
(declare-const port (_ BitVec 16))
(declare-const prefer_existing_src Bool)
(declare-const protocol (_ BitVec 2))
(declare-const src_label_0 (_ BitVec 2))
(declare-const src_who (_ BitVec 1))
(define-fun ingress_networkpolicy_0 () Bool (or (not (or on_0 on_1 on_2)) (and (and (= protocol #b00) (= port #b0001010100111000)) (= src_label_0 #b10))))
(assert (bvule src_label_0 #b10))
(assert (=> (= src_who #b1) (= src_label_0 #b00)))
(assert (bvule protocol #b10))
(assert (=> prefer_existing_src (not (= src_who #b0))))
(assert (or (and (= protocol #b00) (bvule #b0000000000000001 port)) (and (= protocol #b01) (bvule #b0000000000000001 port)) (and (= protocol #b10) (bvule #b0000000000000001 port))))
(assert (bvule #b0000000000000001 port))
(assert ingress_networkpolicy_0)
(assert on_0)
(assert on_1)
(assert on_2)
(check-sat)
